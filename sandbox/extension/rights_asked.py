"""What IAM is asked for when a call is made: each action, on each resource, with its context.

A call may need several: a launch asks for everything it makes and everything it uses, for `ec2:CreateTags` on what it
tags, and for `iam:PassRole` when it names an instance profile.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
"""

from __future__ import annotations

from typing import Any

from moto.ec2.utils import EC2_PREFIX_TO_RESOURCE
from moto.iam.models import iam_backends

from .iam_policy import Asked

# What a call makes, which has no id yet: its ARN ends in `*`.
_MAKES = {
    "RunInstances": ("instance", "volume", "network-interface"),
    "CreateSecurityGroup": ("security-group",),
    "CreateVolume": ("volume",),
    "CreateNetworkInterface": ("network-interface",),
    "CreateVpc": ("vpc",),
    "CreateSubnet": ("subnet",),
    "AllocateAddress": ("elastic-ip",),
    "ImportKeyPair": ("key-pair",),
    "CreateKeyPair": ("key-pair",),
}
# What a call uses even where the request leaves it to EC2.
_USES = {"RunInstances": ("image", "security-group", "subnet"), "CreateSecurityGroup": ("vpc",)}
# Parameters that name a resource by something else than its id.
_KEY_NAME, _GROUP_NAMES = "KeyName", ("GroupName", "SecurityGroups")
# What stands in AWS's own account, or in none.
_WITHOUT_ACCOUNT = ("image", "snapshot")
# Where IAM's name of a service is not its endpoint's.
_IAM_NAMES = {"service-quotas": "servicequotas"}
# Rules that a request holds name other groups, which IAM is not asked about; nor about rules that it takes away.
_NOT_ASKED = ("IpPermissions", "SecurityGroupRuleIds")
# Calls that only list; IAM knows no resources for them.
_LISTING = ("Describe", "List")
_PREFIXES = {**EC2_PREFIX_TO_RESOURCE, "eipalloc": "elastic-ip"}
# What anybody may ask, whatever a policy says.
# https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
FREE = ("sts:GetCallerIdentity",)


class Call:
    """A call that moto is about to carry out, as IAM sees it."""

    def __init__(self, response: Any, user_name: str) -> None:
        self._response = response
        self.service = _IAM_NAMES.get(response.service_name, response.service_name)
        self.name = response._get_action()
        self._account, self._region = response.current_account, response.region
        self.user_arn = f"arn:aws:iam::{self._account}:user/{user_name}"
        self._everywhere = {
            "aws:requestedregion": [self._region],
            "aws:username": [user_name],
            "aws:principalarn": [self.user_arn],
            "aws:principalaccount": [self._account],
        }

    @property
    def action(self) -> str:
        """The action of the call's own name."""
        return f"{self.service}:{self.name}"

    def asks(self) -> list[Asked]:
        """Returns all that must be allowed, in the order in which it is asked for."""
        if self.action in FREE:
            return []
        if self.service == "ec2":
            return self._asks_ec2()
        return [self._asked(self.action, resource) for resource in self._resources() or ["*"]]

    def _asked(self, action: str, resource: str, **context: list[str]) -> Asked:
        return Asked(action, resource, {**self._everywhere, **context})

    def _resources(self) -> list[str]:
        """The ARNs that calls of the other services name."""
        get = self._response._get_param
        if self.service == "ssm" and not self.name.startswith(_LISTING):
            names = get("Names") or [get("Name")]
            return [self._parameter(name) for name in names if name]
        if self.service == "route53" and not self.name.startswith("ListHostedZones"):
            zone, change = get("HostedZoneId") or get("Id"), self.name == "GetChange"
            kind = "change" if change else "hostedzone"
            return [f"arn:aws:route53:::{kind}/{zone.rpartition('/')[2]}"] if zone else []
        return []

    def _parameter(self, name: str) -> str:
        account = "" if name.startswith("/aws/") else self._account
        return f"arn:aws:ssm:{self._region}:{account}:parameter/{name.removeprefix('/')}"

    def _asks_ec2(self) -> list[Asked]:
        if self.name.startswith(_LISTING):
            return [self._asked(self.action, "*", **{"ec2:region": [self._region]})]
        tags = self._tags_by_kind()
        asked = [self._new(kind, tags.get(kind)) for kind in self._made(tags)]
        asked += [self._existing(kind, name) for kind, name in self._named()]
        asked += [self._tagging(kind, tags[kind]) for kind in tags]
        asked += self._passing()
        return asked or [self._asked(self.action, "*", **{"ec2:region": [self._region]})]

    def _arn(self, kind: str, name: str) -> str:
        account = "" if kind in _WITHOUT_ACCOUNT else self._account
        return f"arn:aws:ec2:{self._region}:{account}:{kind}/{name}"

    def _made(self, tags: dict[str, Any]) -> list[str]:
        made = list(_MAKES.get(self.name, ()))
        # A rule is asked for where it is tagged.
        return made + [kind for kind in tags if kind == "security-group-rule"]

    def _new(self, kind: str, tags: dict[str, str] | None) -> Asked:
        return self._asked(self.action, self._new_arn(kind), **_request_tags(tags or {}), **self._of_ec2(kind))

    def _new_arn(self, kind: str) -> str:
        name = self._param(_KEY_NAME) if kind == "key-pair" else None
        return self._arn(kind, name or "*")

    def _of_ec2(self, kind: str) -> dict[str, list[str]]:
        context = {"ec2:region": [self._region]}
        if kind == "instance" and self._param("InstanceType"):
            context["ec2:instancetype"] = [self._param("InstanceType")]
        return context

    def _tagging(self, kind: str, tags: dict[str, str]) -> Asked:
        context = {"ec2:createaction": [self.name], **_request_tags(tags), **self._of_ec2(kind)}
        return self._asked("ec2:CreateTags", self._new_arn(kind), **context)

    def _named(self) -> list[tuple[str, str]]:
        """The resources that the request names by their ids or names, and those that it leaves to EC2."""
        named = [_kind_and_id(text) for text in _texts(self._response.params) if _kind_and_id(text)]
        if self.name not in ("ImportKeyPair", "CreateKeyPair") and self._param(_KEY_NAME):
            named.append(("key-pair", self._param(_KEY_NAME)))
        if self.name != "CreateSecurityGroup":
            named += [("security-group", self._group_id(name)) for name in self._group_names()]
        kinds = [kind for kind, _ in named]
        named += [(kind, "*") for kind in _USES.get(self.name, ()) if kind not in kinds]
        return list(dict.fromkeys(named))

    def _group_names(self) -> list[str]:
        given = [self._param(parameter) or [] for parameter in _GROUP_NAMES]
        return [name for names in given for name in ([names] if isinstance(names, str) else names)]

    def _group_id(self, name: str) -> str:
        group = self._response.ec2_backend.get_security_group_by_name_or_id(name)
        return group.id if group else name

    def _existing(self, kind: str, name: str) -> Asked:
        """Something that is there, with its tags; what is not there has none, so that no condition on tags holds."""
        name, tags = self._look_up(kind, name)
        context = {f"{prefix}:resourcetag/{key.lower()}": [tags[key]] for prefix in ("aws", "ec2") for key in tags}
        if self.name in ("CreateTags", "DeleteTags"):
            context |= _request_tags({each["Key"]: each.get("Value", "") for each in self._param("Tags") or []})
        return self._asked(self.action, self._arn(kind, name), **context, **self._of_ec2(""))

    def _look_up(self, kind: str, name: str) -> tuple[str, dict[str, str]]:
        backend = self._response.ec2_backend
        if kind == "key-pair":
            # IAM knows a pair by its name, whatever the request names it by.
            pairs = [pair for pair in backend.key_pairs.values() if name in (pair.id, pair.key_name)]
            if not pairs:
                return name, {}
            return pairs[0].key_name, dict(backend.tags.get(pairs[0].id, {}))
        return name, dict(backend.tags.get(name, {}))

    def _passing(self) -> list[Asked]:
        profile = self._param("IamInstanceProfile") or {}
        name = profile.get("Name") or (profile.get("Arn") or "").rpartition("/")[2]
        profiles = iam_backends[self._account]["aws"].instance_profiles.values() if name else []
        roles = [role.arn for each in profiles if each.name == name for role in each.roles]
        context = {"iam:passedtoservice": ["ec2.amazonaws.com"]}
        return [self._asked("iam:PassRole", role, **context) for role in roles]

    def _tags_by_kind(self) -> dict[str, dict[str, str]]:
        """The tags that the request sets on what it makes."""
        kinds: dict[str, dict[str, str]] = {}
        for each in self._param("TagSpecifications") or []:
            tags = {tag["Key"]: tag.get("Value", "") for tag in each.get("Tags") or []}
            if tags:
                kinds.setdefault(each["ResourceType"], {}).update(tags)
        return kinds

    def _param(self, name: str) -> Any:
        return self._response.params.get(name)


def _request_tags(tags: dict[str, str]) -> dict[str, list[str]]:
    """The context of the tags in a request; without any the keys are absent. IAM compares them without case."""
    context = {f"aws:requesttag/{key.lower()}": [value] for key, value in tags.items()}
    return {**context, "aws:tagkeys": list(tags)} if tags else {}


def _kind_and_id(text: str) -> tuple[str, str] | None:
    """Reads an id such as `i-0123456789abcdef0`."""
    prefix, _, digits = text.rpartition("-")
    is_id = len(digits) >= 8 and all(digit in "0123456789abcdef" for digit in digits)
    return (_PREFIXES[prefix], text) if is_id and prefix in _PREFIXES else None


def _texts(parameters: Any) -> list[str]:
    """The values of parameters that name something: those whose name ends in `Id` or `Ids`, and `Resources`."""
    found: list[str] = []
    for name, value in parameters.items():
        if name in _NOT_ASKED:
            continue
        if isinstance(value, dict):
            found += _texts(value)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            found += [text for each in value for text in _texts(each)]
        elif name.endswith(("Id", "Ids")) or name == "Resources":
            found += [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]
    return found
