"""The JS SDK v3 works unmodified. What is checked stands in js/*.mjs."""

import pytest

COMMON_JS = """
exports.handler = async (event, context) => {
  if (event.fail) throw new TypeError('as asked')
  console.log('greeting', event.name)
  return { text: `${process.env.GREETING} ${event.name}`, version: context.functionVersion }
}
"""
ES_MODULE = "export const handler = async () => ({ module: import.meta.url.startsWith('file:') })\n"


@pytest.mark.parametrize("script", ["s3.mjs", "dynamodb.mjs", "sqs.mjs", "cloudformation.mjs"])
def test_the_sdk_works(script, node, unique):
    assert node(script, unique("js")).stdout == "ok\n"


def test_functions_in_node(node, unique, lambda_role, zipped, tmp_path):
    (tmp_path / "common.zip").write_bytes(zipped({"index.js": COMMON_JS}))
    (tmp_path / "module.zip").write_bytes(zipped({"index.mjs": ES_MODULE}))
    result = node("lambda.mjs", unique("js"), lambda_role, tmp_path / "common.zip", tmp_path / "module.zip")
    assert result.stdout == "ok\n"
