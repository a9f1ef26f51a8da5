import { defineCheck, fail, pass } from "#domain/check";

/** Attached or not: a volume keeps its data. (aws-fsbp:EC2.3 looks at attached volumes only: another verdict.) */
export const check = defineCheck({
  id: "aws.ec2.volume-is-encrypted",
  asset: "aws.ec2.volume",
  facts: ["encrypted", "attachedTo", "sizeGiB"],
  title: "EBS volume is encrypted",
  topic: "volume-encryption",
  severity: "medium",
  risk: "Whoever gets hold of the volume or of one of its snapshots can read the data.",
  controls: [],
  categories: ["encryption"],
  guided: "encryption needs a new volume",
  guidance: {
    console: [
      "In the EC2 console, create a snapshot of the volume.",
      "Create a volume from the snapshot in the same zone, and tick Encrypt this volume.",
      "Stop the instance, replace the old volume by the new one, and start the instance again.",
      "Delete the old volume and the snapshot when everything works.",
    ],
    cli: "aws ec2 create-snapshot --region {region} --volume-id {name} && aws ec2 create-volume --region {region} --snapshot-id SNAPSHOT --availability-zone ZONE --encrypted",
    terraform: `resource "aws_ebs_volume" "this" {
  availability_zone = "{region}a"
  snapshot_id       = "SNAPSHOT"
  encrypted         = true
}`,
  },
  evaluate({ name, facts }) {
    if (facts.encrypted) return pass(`Volume ${name} is encrypted.`);
    const { attachedTo, sizeGiB } = facts;
    const [first, ...others] = attachedTo;
    const place = first === undefined ? "attached to nothing" : `instance ${first}`;
    return fail({
      message: `Volume ${name} is not encrypted.`,
      row: `${sizeGiB} GiB, ${place}${others.length > 0 ? ` and ${others.length} more` : ""}`,
      evidence: { encrypted: false, attachedTo },
    });
  },
});
