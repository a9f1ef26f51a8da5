import { chmodSync, existsSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { StanceError } from "#domain/errors";

/** File systems whose locks and shared memory do not reach every process that may open the file. */
const network =
  /^(nfs\d?|cifs|smb\d?|smbfs|afs|ceph|lustre|gpfs|beegfs|glusterfs|ncpfs|coda|9p|fuse\.(sshfs|s3fs|rclone|glusterfs|ceph|gcsfuse|goofys|mount-s3|davfs\d?))$/;

/** A write-ahead log over a network is lost or torn. Linux says what a device is; elsewhere this finds nothing. */
export function refuseNetwork(file: string): void {
  const table = "/proc/self/mountinfo";
  if (!existsSync(table)) return;
  const place = existsSync(file) ? file : dirname(file);
  if (!existsSync(place)) return;
  const type = fileSystemOf(statSync(place).dev, readFileSync(table, "utf8"));
  if (type !== undefined && network.test(type))
    throw new StanceError("store/unsafe", { detail: `${file} lies on a network file system (${type}).` });
}

/** The type of the file system that is mounted as this device. */
export function fileSystemOf(device: number, mounts: string): string | undefined {
  const id = `${majorOf(device)}:${minorOf(device)}`;
  const line = mounts.split("\n").find((each) => each.split(" ")[2] === id);
  return / - (\S+) /.exec(line ?? "")?.[1];
}

/** How Linux packs the two numbers into one. */
const majorOf = (device: number): bigint => {
  const all = BigInt(device);
  return ((all >> 8n) & 0xfffn) | ((all >> 32n) & 0xfffff000n);
};
const minorOf = (device: number): bigint => {
  const all = BigInt(device);
  return (all & 0xffn) | ((all >> 12n) & 0xffffff00n);
};

/** What people decided and why stands in this file: nobody else on the machine reads it. */
export function closeToOthers(file: string): void {
  for (const path of [file, `${file}-wal`, `${file}-shm`])
    if (existsSync(path) && (statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
}
