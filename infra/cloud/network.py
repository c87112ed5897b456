"""Where the warehouse is reached: VPC, subnets, security groups, network rules, endpoints, bastion."""

from typing import Any

from aws_cdk import Acknowledgment, Annotations, Stack, Tags, Validations
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from cloud import design, grants
from cloud.parts import KEPT
from cloud.settings import Settings
from cloud.storage import StorageStack

_ZONES = len(design.PRIVATE_CIDRS)
# Groups of subnets, one a zone, between the last public and the first private one.
_LAST_PUBLIC, _FIRST_PRIVATE = (
    int(cidr.split(".")[2]) for cidr in (design.PUBLIC_CIDRS[-1], design.PRIVATE_CIDRS[0])
)
_RESERVED_GROUPS = (_FIRST_PRIVATE - _LAST_PUBLIC - 1) // _ZONES
_PUBLIC, _PRIVATE = "public", "private"
_EPHEMERAL = (1024, 65535)
_SESSION_MANAGER = [
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
]
_LITERAL_NACL = (
    "NACLを設計書の文字どおりにしたため、戻りの通信も遮断されます（踏み台、Redshift の COPY・Spectrum は"
    "動きません）。 / The network ACLs are the design's words alone, and cut return traffic: neither the "
    "bastion nor COPY and Spectrum of Redshift will work. Set network.literal_nacl to false."
)


class NetworkStack(Stack):
    """The design's network: no NAT gateway, and paid endpoints only for what is there to use them."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        settings: Settings,
        *,
        storage: StorageStack,
        **stack: Any,
    ) -> None:
        self._zones = list(settings.availability_zones)
        super().__init__(scope, id, **stack)
        self._settings = settings
        self.vpc = self._vpc()
        self.private_subnets = self._private_subnets()
        self._flow_logs(storage)
        self.allow_ssh = self._group(design.ALLOW_SSH, "Bastion: SSH from the configured networks")
        self.allow_https = self._group(
            design.ALLOW_HTTPS, "Interface endpoints: HTTPS from the VPC"
        )
        self.allow_redshift = self._group(
            design.ALLOW_REDSHIFT, "Redshift: its port from known groups"
        )
        self._rules_of_groups()
        self._public_acl()
        self._private_acl()
        self._endpoints(storage)
        if settings.network.bastion.enabled:
            self._bastion()
        Validations.of(self).acknowledge(
            Acknowledgment(
                id="CloudFormation-Validate::W3010",
                reason="The settings name the zones: templates are the same for every account",
            )
        )
        if settings.network.literal_nacl:
            Annotations.of(self).add_warning_v2("cat-data:literal-nacl", _LITERAL_NACL)

    @property
    def availability_zones(self) -> list[str]:
        """Zones of the settings, so that nothing asks AWS for them."""
        return self._zones

    def _vpc(self) -> ec2.Vpc:
        reserved = [
            ec2.SubnetConfiguration(
                name=f"reserved{number}",
                subnet_type=ec2.SubnetType.PRIVATE_ISOLATED,
                cidr_mask=24,
                reserved=True,
            )
            for number in range(_RESERVED_GROUPS)
        ]
        return ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(design.VPC_CIDR),
            availability_zones=self._zones[:_ZONES],
            nat_gateways=0,
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name=_PUBLIC,
                    subnet_type=ec2.SubnetType.PUBLIC,
                    cidr_mask=24,
                    map_public_ip_on_launch=False,
                ),
                *reserved,
                ec2.SubnetConfiguration(
                    name=_PRIVATE, subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=24
                ),
            ],
        )

    def _private_subnets(self) -> list[ec2.ISubnet]:
        found: list[ec2.ISubnet] = list(self.vpc.isolated_subnets)
        if self._settings.warehouse.zones > _ZONES:
            third = ec2.PrivateSubnet(
                self,
                "privateSubnet3",
                vpc_id=self.vpc.vpc_id,
                availability_zone=self._zones[_ZONES],
                cidr_block=design.THIRD_PRIVATE_CIDR,
            )
            Tags.of(third).add("Name", third.node.path)
            found.append(third)
        return found

    def _flow_logs(self, storage: StorageStack) -> None:
        group = logs.LogGroup(
            self,
            "FlowLog",
            retention=logs.RetentionDays.THREE_MONTHS,
            encryption_key=storage.key,
            removal_policy=KEPT,
        )
        self.vpc.add_flow_log(
            "Flow",
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(group),
            traffic_type=ec2.FlowLogTrafficType.ALL,
            max_aggregation_interval=ec2.FlowLogMaxAggregationInterval.TEN_MINUTES,
        )

    def _group(self, name: str, description: str) -> ec2.SecurityGroup:
        return ec2.SecurityGroup(
            self,
            name,
            vpc=self.vpc,
            security_group_name=name,
            description=description,
            allow_all_outbound=False,
        )

    def _rules_of_groups(self) -> None:
        bastion = self._settings.network.bastion
        https, redshift = ec2.Port.tcp(443), ec2.Port.tcp(design.REDSHIFT_PORT)
        inside = ec2.Peer.ipv4(design.VPC_CIDR)
        self.allow_https.add_ingress_rule(inside, https, "HTTPS from the VPC")
        # The subnets have no way to the internet: this reaches the endpoints of S3 and Glue alone.
        self.allow_redshift.add_egress_rule(ec2.Peer.any_ipv4(), https, "HTTPS to the endpoints")
        if not bastion.enabled:
            return
        for cidr in bastion.cidrs:
            self.allow_ssh.add_ingress_rule(ec2.Peer.ipv4(cidr), ec2.Port.SSH, f"SSH from {cidr}")
        self.allow_ssh.add_egress_rule(
            ec2.Peer.any_ipv4(), https, "HTTPS to Session Manager and updates"
        )
        self.allow_ssh.add_egress_rule(self.allow_redshift, redshift, "Redshift")
        self.allow_redshift.add_ingress_rule(self.allow_ssh, redshift, "Redshift from the bastion")

    def _public_acl(self) -> None:
        acl = self._acl("PublicAcl", list(self.vpc.public_subnets))
        anywhere = ec2.AclCidr.any_ipv4()
        acl.allow("http", anywhere, ec2.AclTraffic.tcp_port(80))
        acl.allow("https", anywhere, ec2.AclTraffic.tcp_port(443))
        if self._settings.network.literal_nacl:
            return
        for number, cidr in enumerate(self._settings.network.bastion.cidrs):
            acl.allow(f"ssh{number}", ec2.AclCidr.ipv4(cidr), ec2.AclTraffic.tcp_port(22))
        acl.allow_what_comes_back()

    def _private_acl(self) -> None:
        acl = self._acl("PrivateAcl", self.private_subnets)
        inside, anywhere = ec2.AclCidr.ipv4(design.VPC_CIDR), ec2.AclCidr.any_ipv4()
        redshift = ec2.AclTraffic.tcp_port(design.REDSHIFT_PORT)
        acl.allow("redshift", inside, redshift)
        if self._settings.network.literal_nacl:
            return
        # What comes back from S3 comes from public addresses to high ports, of which this is one.
        acl.deny("redshift-elsewhere", anywhere, redshift)
        acl.allow("https", inside, ec2.AclTraffic.tcp_port(443))
        acl.allow_what_comes_back()

    def _acl(self, id: str, subnets: list[ec2.ISubnet]) -> "_Acl":
        return _Acl(
            ec2.NetworkAcl(
                self, id, vpc=self.vpc, subnet_selection=ec2.SubnetSelection(subnets=subnets)
            )
        )

    def _endpoints(self, storage: StorageStack) -> None:
        gateway = self.vpc.add_gateway_endpoint(
            "S3",
            service=ec2.GatewayVpcEndpointAwsService.S3,
            subnets=[ec2.SubnetSelection(subnets=self.private_subnets)],
        )
        # COPY and UNLOAD go to the lake and nowhere else.
        gateway.add_to_policy(
            iam.PolicyStatement(
                principals=[iam.AnyPrincipal()],
                actions=["s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:GetBucketLocation"],
                resources=[storage.lake.bucket_arn, storage.lake.arn_for_objects("*")],
            )
        )
        if self._settings.warehouse.kind != "none":
            # With enhanced VPC routing Redshift asks the Glue catalog through the VPC.
            self._interface("Glue", ec2.InterfaceVpcEndpointAwsService.GLUE)
        bastion = self._settings.network.bastion
        if bastion.enabled and not bastion.cidrs:
            self._interface("Ssm", ec2.InterfaceVpcEndpointAwsService.SSM)
            self._interface("SsmMessages", ec2.InterfaceVpcEndpointAwsService.SSM_MESSAGES)

    def _interface(self, id: str, service: ec2.InterfaceVpcEndpointAwsService) -> None:
        self.vpc.add_interface_endpoint(
            id,
            service=service,
            subnets=ec2.SubnetSelection(subnets=self.private_subnets),
            security_groups=[self.allow_https],
            open=False,
            private_dns_enabled=True,
        )

    def _bastion(self) -> None:
        """Make a host without a key of its own.

        With networks to come from it stands in a public subnet, and EC2 Instance Connect gives people
        a key for a minute; without, it stands in a private one and only Session Manager reaches it.
        """
        public = bool(self._settings.network.bastion.cidrs)
        role = iam.Role(
            self,
            "BastionRole",
            assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"),
            description="Bastion: Session Manager",
        )
        role.add_to_policy(iam.PolicyStatement(actions=_SESSION_MANAGER, resources=["*"]))
        grants.acknowledge(
            role,
            "AwsSolutions-IAM5[Resource::*]",
            "Channels of Session Manager are no resources that a policy could name",
        )
        host = ec2.Instance(
            self,
            "Bastion",
            vpc=self.vpc,
            vpc_subnets=ec2.SubnetSelection(
                subnets=[(self.vpc.public_subnets if public else self.private_subnets)[0]]
            ),
            associate_public_ip_address=public,
            instance_type=ec2.InstanceType.of(ec2.InstanceClass.T4G, ec2.InstanceSize.NANO),
            machine_image=ec2.MachineImage.latest_amazon_linux2023(
                cpu_type=ec2.AmazonLinuxCpuType.ARM_64
            ),
            security_group=self.allow_ssh,
            role=role,
            require_imdsv2=True,
            block_devices=[
                ec2.BlockDevice(
                    device_name="/dev/xvda",
                    volume=ec2.BlockDeviceVolume.ebs(
                        8, encrypted=True, volume_type=ec2.EbsDeviceVolumeType.GP3
                    ),
                )
            ],
        )
        for rule, reason in (
            ("EC28", "A host that only forwards connections needs no figures of every minute"),
            ("EC29", "The host holds no data; it may be replaced at any time"),
        ):
            grants.acknowledge(host, f"AwsSolutions-{rule}", reason)


class _Acl:
    """Entries of a network ACL in the order of their calls; everything may leave."""

    def __init__(self, acl: ec2.NetworkAcl) -> None:
        self._acl, self._number = acl, 0
        grants.acknowledge(acl, "AwsSolutions-VPC3", "The design asks for network ACLs")
        acl.add_entry(
            "out",
            cidr=ec2.AclCidr.any_ipv4(),
            traffic=ec2.AclTraffic.all_traffic(),
            rule_number=100,
            direction=ec2.TrafficDirection.EGRESS,
        )

    def allow(self, id: str, cidr: ec2.AclCidr, traffic: ec2.AclTraffic) -> None:
        """Let traffic in."""
        self._add(id, cidr, traffic)

    def deny(self, id: str, cidr: ec2.AclCidr, traffic: ec2.AclTraffic) -> None:
        """Keep traffic out that a later entry would let in."""
        self._add(id, cidr, traffic, action=ec2.Action.DENY)

    def allow_what_comes_back(self) -> None:
        """Let answers in, and the word that a packet was too large: the rules keep no state."""
        anywhere = ec2.AclCidr.any_ipv4()
        self.allow("answers", anywhere, ec2.AclTraffic.tcp_port_range(*_EPHEMERAL))
        self.allow("fragmentation", anywhere, ec2.AclTraffic.icmp(code=4, type=3))

    def _add(
        self,
        id: str,
        cidr: ec2.AclCidr,
        traffic: ec2.AclTraffic,
        action: ec2.Action = ec2.Action.ALLOW,
    ) -> None:
        self._number += 100
        self._acl.add_entry(
            id,
            cidr=cidr,
            traffic=traffic,
            rule_number=self._number,
            rule_action=action,
            direction=ec2.TrafficDirection.INGRESS,
        )
