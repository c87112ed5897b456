"""The network: the design's ranges, groups and rules, and nothing paid that nobody uses."""

from collections.abc import Callable
from typing import Any

import pytest
from infra_templates import Templates, resources, synthesise
from nag import CASES, SWITCHES, given

from cloud.app import build, messages
from cloud.settings import Settings

Given = Callable[[str], Templates]
STACK = "cat-data-network"
ANYWHERE = "0.0.0.0/0"
CIDR = "203.0.113.0/24"
HTTPS, SSH, REDSHIFT = (443, 443), (22, 22), (5439, 5439)


def network(settings: Settings) -> dict[str, Any]:
    return synthesise(settings)[STACK]


def subnets(template: dict[str, Any]) -> dict[str, str]:
    """Return the zone of each subnet by its range."""
    found = resources(template, "AWS::EC2::Subnet").values()
    return {subnet["CidrBlock"]: subnet["AvailabilityZone"] for subnet in found}


def group(template: dict[str, Any], name: str) -> dict[str, Any]:
    found = resources(template, "AWS::EC2::SecurityGroup").values()
    [properties] = [group for group in found if group["GroupName"] == name]
    return properties


def ports(rules: list[dict[str, Any]]) -> set[tuple[str, int, int]]:
    return {(rule["CidrIp"], rule["FromPort"], rule["ToPort"]) for rule in rules}


def entries(template: dict[str, Any], acl: str, egress: bool) -> list[tuple[Any, ...]]:
    """Return action, range, protocol and ports of the entries of an ACL in their order."""
    found = [
        entry
        for entry in resources(template, "AWS::EC2::NetworkAclEntry").values()
        if entry["NetworkAclId"]["Ref"].startswith(acl) and bool(entry.get("Egress")) == egress
    ]
    return [
        (
            entry["RuleAction"],
            entry["CidrBlock"],
            entry["Protocol"],
            *(
                (entry["PortRange"]["From"], entry["PortRange"]["To"])
                if "PortRange" in entry
                else tuple(entry.get("Icmp", {}).values())
            ),
        )
        for entry in sorted(found, key=lambda entry: entry["RuleNumber"])
    ]


def endpoints(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the interface endpoints by the name of their service."""
    found = resources(template, "AWS::EC2::VPCEndpoint").values()
    return {
        endpoint["ServiceName"].rpartition(".")[2]: endpoint
        for endpoint in found
        if endpoint["VpcEndpointType"] == "Interface"
    }


@pytest.mark.parametrize("profile", ["standard", "small", "v22"])
def test_the_vpc_has_the_designs_ranges_in_two_zones(templates: Given, profile: str) -> None:
    template = templates(profile)[STACK]
    [vpc] = resources(template, "AWS::EC2::VPC").values()
    assert vpc["CidrBlock"] == "10.0.0.0/16"
    assert vpc["EnableDnsHostnames"] and vpc["EnableDnsSupport"]
    assert subnets(template) == {
        "10.0.0.0/24": "ap-northeast-1a",
        "10.0.1.0/24": "ap-northeast-1c",
        "10.0.10.0/24": "ap-northeast-1a",
        "10.0.11.0/24": "ap-northeast-1c",
    }
    for subnet in resources(template, "AWS::EC2::Subnet").values():
        assert subnet["MapPublicIpOnLaunch"] is False
    assert not resources(template, "AWS::EC2::NatGateway")


@pytest.mark.parametrize("switch", ["multi-az", "serverless"])
def test_a_third_zone_is_there_where_redshift_wants_one(switch: str) -> None:
    assert subnets(network(SWITCHES[switch]))["10.0.12.0/24"] == "ap-northeast-1d"


def test_an_account_changes_no_zone() -> None:
    assert set(subnets(network(SWITCHES["account"])).values()) == {
        "ap-northeast-1a",
        "ap-northeast-1c",
    }


def test_only_public_subnets_have_a_way_to_the_internet(templates: Given) -> None:
    routes = resources(templates("standard")[STACK], "AWS::EC2::Route")
    assert len(routes) == 2
    for name, route in routes.items():
        assert "publicSubnet" in name and "GatewayId" in route


def test_groups_have_the_designs_names_and_let_in_what_they_say(templates: Given) -> None:
    template = templates("standard")[STACK]
    names = {g["GroupName"] for g in resources(template, "AWS::EC2::SecurityGroup").values()}
    assert names == {"allow-ssh", "allow-https", "allow-redshift"}
    assert "SecurityGroupIngress" not in group(template, "allow-ssh")
    assert ports(group(template, "allow-https")["SecurityGroupIngress"]) == {
        ("10.0.0.0/16", *HTTPS)
    }
    assert "SecurityGroupIngress" not in group(template, "allow-redshift")
    assert not resources(template, "AWS::EC2::SecurityGroupIngress")
    assert not resources(template, "AWS::EC2::Instance")


@pytest.mark.parametrize("case", CASES)
def test_no_group_lets_anyone_in(case: str) -> None:
    template = network(CASES[case])
    rules = list(resources(template, "AWS::EC2::SecurityGroupIngress").values())
    for found in resources(template, "AWS::EC2::SecurityGroup").values():
        rules += found.get("SecurityGroupIngress", [])
    assert all(rule.get("CidrIp") != ANYWHERE and "CidrIpv6" not in rule for rule in rules)


def test_the_bastion_lets_ssh_in_from_its_networks_and_reaches_redshift() -> None:
    template = network(SWITCHES["bastion"])
    assert ports(group(template, "allow-ssh")["SecurityGroupIngress"]) == {(CIDR, *SSH)}
    [rule] = resources(template, "AWS::EC2::SecurityGroupIngress").values()
    assert (rule["FromPort"], rule["ToPort"]) == REDSHIFT
    assert "allowredshift" in rule["GroupId"]["Fn::GetAtt"][0]
    assert "allowssh" in rule["SourceSecurityGroupId"]["Fn::GetAtt"][0]


@pytest.mark.parametrize(
    ("switch", "public", "paid"),
    [("bastion", True, {"glue"}), ("private-bastion", False, {"glue", "ssm", "ssmmessages"})],
)
def test_the_bastion_is_encrypted_keyless_and_as_private_as_may_be(
    switch: str, public: bool, paid: set[str]
) -> None:
    template = network(SWITCHES[switch])
    [host] = resources(template, "AWS::EC2::Instance").values()
    [volume] = host["BlockDeviceMappings"]
    assert volume["Ebs"]["Encrypted"] is True
    assert "KeyName" not in host
    [interface] = host["NetworkInterfaces"]
    assert interface["AssociatePublicIpAddress"] is public
    assert ("publicSubnet1" if public else "privateSubnet1") in interface["SubnetId"]["Ref"]
    [launch] = resources(template, "AWS::EC2::LaunchTemplate").values()
    assert launch["LaunchTemplateData"]["MetadataOptions"]["HttpTokens"] == "required"
    assert set(endpoints(template)) == paid


def test_rules_of_subnets_hold_what_stateless_rules_need() -> None:
    template = network(SWITCHES["bastion"])
    comes_back = [
        ("allow", ANYWHERE, 6, 1024, 65535),
        ("allow", ANYWHERE, 1, 4, 3),
    ]
    assert entries(template, "PublicAcl", egress=False) == [
        ("allow", ANYWHERE, 6, 80, 80),
        ("allow", ANYWHERE, 6, 443, 443),
        ("allow", CIDR, 6, 22, 22),
        *comes_back,
    ]
    assert entries(template, "PrivateAcl", egress=False) == [
        ("allow", "10.0.0.0/16", 6, 5439, 5439),
        ("deny", ANYWHERE, 6, 5439, 5439),
        ("allow", "10.0.0.0/16", 6, 443, 443),
        *comes_back,
    ]


def test_rules_of_subnets_may_be_the_designs_words_alone(templates: Given) -> None:
    template = templates("v22")[STACK]
    assert entries(template, "PublicAcl", egress=False) == [
        ("allow", ANYWHERE, 6, 80, 80),
        ("allow", ANYWHERE, 6, 443, 443),
    ]
    assert entries(template, "PrivateAcl", egress=False) == [
        ("allow", "10.0.0.0/16", 6, 5439, 5439)
    ]


@pytest.mark.parametrize("case", ["standard", "v22", "multi-az"])
def test_everything_may_leave_and_every_subnet_has_its_rules(case: str) -> None:
    template = network(CASES[case])
    for acl in ("PublicAcl", "PrivateAcl"):
        assert entries(template, acl, egress=True) == [("allow", ANYWHERE, -1)]
    ruled = resources(template, "AWS::EC2::SubnetNetworkAclAssociation")
    assert len(ruled) == len(subnets(template))


@pytest.mark.parametrize(
    ("case", "paid", "zones"),
    [
        ("standard", {"glue"}, 2),
        ("serverless", {"glue"}, 3),
        ("multi-az", {"glue"}, 3),
        ("small", set(), 0),
    ],
)
def test_paid_endpoints_are_there_for_a_warehouse_alone(
    case: str, paid: set[str], zones: int
) -> None:
    found = endpoints(network(CASES[case]))
    assert set(found) == paid
    for endpoint in found.values():
        assert len(endpoint["SubnetIds"]) == zones
        assert endpoint["PrivateDnsEnabled"] is True
        [[_, attribute]] = [g["Fn::GetAtt"] for g in endpoint["SecurityGroupIds"]]
        assert attribute == "GroupId"


@pytest.mark.parametrize(("case", "routes"), [("standard", 2), ("multi-az", 3), ("small", 2)])
def test_the_gateway_of_s3_leads_from_private_subnets_to_the_lake(case: str, routes: int) -> None:
    found = resources(network(CASES[case]), "AWS::EC2::VPCEndpoint").values()
    [gateway] = [endpoint for endpoint in found if endpoint["VpcEndpointType"] == "Gateway"]
    assert len(gateway["RouteTableIds"]) == routes
    [statement] = gateway["PolicyDocument"]["Statement"]
    assert not any("*" in action for action in statement["Action"])
    assert all("Lake" in str(resource) for resource in statement["Resource"])


def test_the_flow_is_logged_encrypted_for_three_months(templates: Given) -> None:
    template = templates("standard")[STACK]
    [flow] = resources(template, "AWS::EC2::FlowLog").values()
    assert (flow["ResourceType"], flow["TrafficType"]) == ("VPC", "ALL")
    [log] = resources(template, "AWS::Logs::LogGroup").values()
    assert log["RetentionInDays"] == 90
    assert "Key" in str(log["KmsKeyId"])


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("v22", ["戻りの通信も遮断", "literal_nacl to false"]),
        ("small", ["Redshift は作りません", "warehouse.kind is none", "bi.principal_arn"]),
        ("standard", ["bi.principal_arn がない", "as bi.principal_arn is missing"]),
    ],
)
def test_what_is_left_out_or_will_not_work_is_said(case: str, words: list[str]) -> None:
    stack = build(CASES[case]).synth().get_stack_by_name(STACK)
    said = str(messages(stack.assembly, STACK))
    assert all(word in said for word in words)


@pytest.mark.parametrize("cidr", [ANYWHERE, "::/0", "10.0.0.1/8", "here"])
def test_ssh_from_everywhere_or_nowhere_is_refused(cidr: str) -> None:
    with pytest.raises(ValueError, match=r"network\.bastion\.cidrs"):
        given(network={"bastion": {"enabled": True, "cidrs": [cidr]}})
