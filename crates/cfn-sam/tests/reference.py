"""Transforms templates with AWS's public translator, to compare ours with.

Reads JSON lines {"template": .., "parameters": ..} and answers each with {"output": ..} or {"errors": [..]}.
Prints "absent" and leaves when the translator isn't installed.
"""

import json
import sys

try:
    from unittest.mock import patch

    from samtranslator.model.exceptions import ExceptionWithMessage, InvalidDocumentException
    from samtranslator.translator.transform import transform
except ImportError:
    print("absent")
    sys.exit(0)


class NoPolicies:
    def load(self):
        return {}


def answer(case):
    try:
        output = transform(case["template"], case["parameters"], NoPolicies())
        return {"output": output}
    except InvalidDocumentException as error:
        return {"errors": [cause.message for cause in error.causes]}
    except ExceptionWithMessage as error:
        return {"errors": [error.message]}
    except Exception as error:  # The translator itself failed; such templates are not compared.
        return {"failed": repr(error)}


def no_network(*args, **kwargs):
    raise RuntimeError("no network")


print("ready")
region = sys.argv[1]
with patch("samtranslator.translator.arn_generator._get_region_from_session", return_value=region), patch(
    "boto3.session.Session.region_name", region, create=True
), patch("botocore.httpsession.URLLib3Session.send", no_network):
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
