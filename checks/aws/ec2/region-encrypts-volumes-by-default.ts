import { defineCheck, fail, pass } from "#domain/check";

export const check = defineCheck({
  id: "aws.ec2.region-encrypts-volumes-by-default",
  asset: "aws.ec2.region",
  facts: ["encryptsVolumesByDefault", "regionInUse"],
  title: "Region encrypts new EBS volumes by default",
  topic: "volume-default",
  severity: "medium",
  risk: "Volumes created without a thought are not encrypted, and neither are their snapshots.",
  controls: ["cis-aws-3.0:2.2.1", "aws-fsbp:EC2.7"],
  categories: ["encryption"],
  guided: "changes every new volume",
  guidance: {
    console: [
      "In the EC2 console, switch to the region and open Data protection and security.",
      "Under EBS encryption, choose Manage, tick Enable and save.",
    ],
    cli: "aws ec2 enable-ebs-encryption-by-default --region {region}",
    terraform: `resource "aws_ebs_encryption_by_default" "this" {
  enabled = true
}`,
  },
  evaluate({ region, facts }) {
    if (facts.encryptsVolumesByDefault) return pass(`New volumes in ${region} are encrypted by default.`);
    return fail({
      message: `New volumes in ${region} are not encrypted unless somebody asks for it.`,
      row: "encryption by default is off",
      evidence: { encryptsVolumesByDefault: false },
      idle: !facts.regionInUse,
    });
  },
});
