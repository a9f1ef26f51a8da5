import { expect, test } from "vitest";
import { parse } from "yaml";
import { codeText } from "#cards/code";
import type { CodeChange } from "#domain/remediation";

const name = 'a"b${file("/etc/passwd")}%{ if true }\nc: d';
const code: CodeChange = {
  terraform: {
    resource: "aws_security_group",
    body: {
      name,
      ports: [22, 443],
      ingress: [{ cidr_blocks: ["10.0.0.0/8"] }, { self: true }],
      timeouts: { create: "5m" },
    },
  },
  cloudFormation: {
    type: "AWS::EC2::SecurityGroup",
    properties: { GroupName: name, Ingress: [{ CidrIp: "10.0.0.0/8", FromPort: 22 }, { CidrIp: "10.1.0.0/16" }] },
  },
};

test("Terraform: blocks, lists, and nothing of a name that would be evaluated", () => {
  expect(codeText(code, "Terraform", { name: "web-sg" })).toBe(
    [
      'resource "aws_security_group" "web_sg" {',
      '  name = "a\\"b$${file(\\"/etc/passwd\\")}%%{ if true }\\nc: d"',
      "  ports = [22, 443]",
      "  ingress {",
      '    cidr_blocks = ["10.0.0.0/8"]',
      "  }",
      "  ingress {",
      "    self = true",
      "  }",
      "  timeouts {",
      '    create = "5m"',
      "  }",
      "}",
    ].join("\n"),
  );
});

test("CloudFormation: the text is the YAML of the properties", () => {
  const text = codeText(code, "CloudFormation", { name: "web sg/1" });
  expect(parse(text)).toEqual({
    Resources: { Rwebsg1: { Type: "AWS::EC2::SecurityGroup", Properties: code.cloudFormation?.properties } },
  });
});

test("what CloudFormation does not have is shown for Terraform, and odd names give a legal label", () => {
  const { terraform } = code;
  expect(codeText({ terraform }, "CloudFormation", { name: "9-日本" })).toMatch(
    /^resource "aws_security_group" "r_9_" \{/,
  );
  expect(codeText({ terraform }, "Pulumi", { name: "" })).toMatch(/^resource "aws_security_group" "r_" \{/);
});
