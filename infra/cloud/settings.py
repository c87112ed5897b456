"""The one configuration of a deployment: typed, checked, with defaults that deploy today."""

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from cloud import design

PROFILES = Path(__file__).parents[1] / "profiles"

# One role or user of one account, never a star.
PrincipalArn = Annotated[
    str, StringConstraints(pattern=r"^arn:[^:*]+:(iam|sts)::\d{12}:(role|user|assumed-role)/[^*]+$")
]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
Region = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]

NodeType = Literal["ra3.large", "ra3.xlplus", "ra3.4xlarge", "dc2.large"]


class SettingsError(ValueError):
    """A configuration that cannot be deployed, with the reason."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bucket(_Section):
    """The lake's bucket: the design's name is a prefix, or the whole name with `global`."""

    namespace: Literal["account-regional", "global"] = "account-regional"


class Athena(_Section):
    """Query engine: bytes that one query may scan, and whether one workgroup enforces its settings."""

    single_enforced_workgroup: bool = False
    cutoff_gb: int = Field(default=50, ge=1)


class Warehouse(_Section):
    """Redshift: a cluster of nodes, serverless, or none (Athena alone)."""

    kind: Literal["provisioned", "serverless", "none"] = "provisioned"
    node_type: NodeType = "ra3.large"
    nodes: int = Field(default=design.CLUSTER_NODES, ge=2)
    multi_az: bool = False
    base_capacity_rpu: int = Field(default=8, ge=4, description="Serverless only.")
    max_capacity_rpu: int = Field(
        default=16, ge=4, description="Serverless only: the cost's limit."
    )
    snapshot_days: int = Field(default=35, ge=1, le=35)
    snapshot_copy_region: Region = "ap-northeast-3"

    @model_validator(mode="after")
    def _nodes_can_do_it(self) -> Self:
        if self.multi_az and self.kind == "provisioned" and not self.node_type.startswith("ra3"):
            raise ValueError(
                f"Multi-AZ は {self.node_type} では使えません。RA3 ノード（ra3.large など）にするか、"
                "multi_az を false にしてください。 / "
                f"Redshift offers Multi-AZ for RA3 nodes only, not for {self.node_type}; "
                "choose ra3.large or larger, or set multi_az to false."
            )
        if self.max_capacity_rpu < self.base_capacity_rpu:
            raise ValueError(
                "max_capacity_rpu は base_capacity_rpu 以上にしてください。 / "
                "max_capacity_rpu must not be below base_capacity_rpu."
            )
        return self

    @property
    def zones(self) -> int:
        """Availability zones that the private subnets must span."""
        # Serverless with enhanced VPC routing wants three as well.
        return 3 if self.multi_az or self.kind == "serverless" else 2


class Access(_Section):
    """Who may take the roles of dbt and of analysts; no keys, only roles and federated identities.

    For dbt, `trusted_arns` of roles or users, or an OIDC provider of the account with the one subject that
    it may send (a repository's branch); for analysts, `analyst_arns`. Without any: who in the account
    carries the tag CatDataAccess with the value dbt, or analyst.
    """

    trusted_arns: tuple[PrincipalArn, ...] = ()
    analyst_arns: tuple[PrincipalArn, ...] = ()
    oidc_provider_arn: str | None = Field(
        default=None, pattern=r"^arn:[^:]+:iam::\d{12}:oidc-provider/.+$"
    )
    oidc_subject: str | None = None

    @model_validator(mode="after")
    def _a_provider_has_a_subject(self) -> Self:
        if (self.oidc_provider_arn is None) != (self.oidc_subject is None):
            raise ValueError(
                "oidc_provider_arn と oidc_subject は両方書いてください。 / "
                "Give oidc_provider_arn and oidc_subject together: a provider alone lets anyone in."
            )
        return self


class Trigger(_Section):
    """Which events of the bucket start the job."""

    events: Literal["created", "put"] = "created"


class Api(_Section):
    """The public API: sign-in, limits and the edge in front.

    A domain of one's own, with its certificate of us-east-1, is needed for TLS 1.2 at the edge:
    CloudFront's own certificate allows older versions.
    """

    enabled: bool = True
    user_password_auth: bool = False
    domain: str | None = None
    certificate_arn: str | None = Field(
        default=None, pattern=r"^arn:[^:]+:acm:us-east-1:\d{12}:certificate/.+$"
    )
    requests_per_second: int = Field(default=50, ge=1)
    burst: int = Field(default=100, ge=1)
    origin_secret_generation: int = Field(
        default=1, ge=1, description="Count it up to renew the secret between CloudFront and API."
    )

    @model_validator(mode="after")
    def _a_domain_has_its_certificate(self) -> Self:
        if (self.domain is None) != (self.certificate_arn is None):
            raise ValueError(
                "domain と certificate_arn（us-east-1 の証明書）は両方書いてください。 / "
                "Give domain and certificate_arn (a certificate of us-east-1) together."
            )
        return self


class Bastion(_Section):
    """A host to reach the cluster from; without it, people come by Session Manager."""

    enabled: bool = False
    cidrs: tuple[str, ...] = ()

    @field_validator("cidrs")
    @classmethod
    def _networks_are_named(cls, cidrs: tuple[str, ...]) -> tuple[str, ...]:
        for cidr in cidrs:
            if ip_network(cidr).version != 4 or ip_network(cidr).prefixlen == 0:
                raise ValueError(
                    f"{cidr} からのSSHは許可できません。自分のIPv4ネットワークを書いてください。 / "
                    f"SSH from {cidr} is refused: name IPv4 networks of your own."
                )
        return cidrs


class Network(_Section):
    """Rules of the subnets: with what stateless rules need, or the design's words alone."""

    literal_nacl: bool = False
    bastion: Bastion = Bastion()


class Audit(_Section):
    """AWS Config has one recorder an account and region: made here, there already, or off."""

    config_recorder: Literal["create", "existing", "off"] = "create"


class Bi(_Section):
    """QuickSight: who owns its assets (ARN of a user or group), and where the data comes from."""

    principal_arn: str | None = Field(
        default=None, pattern=r"^arn:[^:]+:quicksight:[^:]+:\d{12}:(user|group)/.+$"
    )
    source: Literal["redshift", "athena"] = "redshift"


class Alerts(_Section):
    """Who is told, and from which monthly cost on."""

    emails: tuple[Email, ...] = ()
    monthly_budget_usd: int = Field(default=1200, ge=1)


class Settings(_Section):
    """A deployment of the design. Without an account the templates fit any."""

    env: str = Field(default="prod", pattern=r"^[a-z][a-z0-9-]{0,15}$")
    account: str | None = Field(default=None, pattern=r"^\d{12}$")
    region: Region = "ap-northeast-1"
    # Two for the design's subnets; a third for Redshift in several zones.
    availability_zones: tuple[str, str, str] = (
        "ap-northeast-1a",
        "ap-northeast-1c",
        "ap-northeast-1d",
    )
    bucket: Bucket = Bucket()
    athena: Athena = Athena()
    access: Access = Access()
    warehouse: Warehouse = Warehouse()
    trigger: Trigger = Trigger()
    api: Api = Api()
    network: Network = Network()
    audit: Audit = Audit()
    bi: Bi = Bi()
    alerts: Alerts = Alerts()

    @model_validator(mode="after")
    def _zones_are_of_the_region(self) -> Self:
        zones = self.availability_zones
        if len(set(zones)) < len(zones):
            raise ValueError(
                "availability_zones には別々のゾーンを書いてください。 / Name three different zones."
            )
        if stray := [z for z in zones if re.fullmatch(rf"{self.region}[a-z]", z) is None]:
            raise ValueError(
                f"{', '.join(stray)} は {self.region} のゾーンではありません。 / "
                f"{', '.join(stray)}: no zone of {self.region}; give availability_zones as well."
            )
        return self

    @model_validator(mode="after")
    def _copies_go_elsewhere(self) -> Self:
        if self.warehouse.kind != "none" and self.warehouse.snapshot_copy_region == self.region:
            raise ValueError(
                f"snapshot_copy_region は {self.region} 以外にしてください。 / "
                f"snapshot_copy_region must be another region than {self.region}."
            )
        return self

    @model_validator(mode="after")
    def _bi_has_its_source(self) -> Self:
        wants_cluster = self.bi.principal_arn is not None and self.bi.source == "redshift"
        if wants_cluster and self.warehouse.kind != "provisioned":
            raise ValueError(
                f"bi.source: redshift は warehouse.kind: {self.warehouse.kind} では使えません"
                "（QuickSight がIAMロールでサインインできるのはクラスターだけです）。"
                "bi.source を athena にするか、warehouse.kind を provisioned にしてください。 / "
                f"bi.source redshift does not go with warehouse.kind {self.warehouse.kind}: QuickSight "
                "signs in to a cluster only by IAM role; choose bi.source athena or a provisioned "
                "warehouse."
            )
        return self


def profiles() -> list[str]:
    """Return the names of the shipped configurations."""
    return sorted(path.stem for path in PROFILES.glob("*.yaml"))


def read_settings(profile: str, **overrides: str) -> Settings:
    """Return the settings of a shipped profile or of a YAML file; raises SettingsError."""
    path = PROFILES / f"{profile}.yaml" if profile in profiles() else Path(profile)
    try:
        values = YAML(typ="safe").load(path) or {}
    except (OSError, YAMLError) as error:
        raise SettingsError(
            f"設定 {profile} を読めません（{', '.join(profiles())} またはYAMLファイル）: {error} / "
            f"The settings {profile} cannot be read; name one of {', '.join(profiles())} or a file."
        ) from error
    try:
        return Settings.model_validate(values | overrides)
    except (ValidationError, TypeError) as error:
        raise SettingsError(f"{path}: {_reasons(error)}") from error


def _reasons(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    return "; ".join(
        f"{'.'.join(map(str, e['loc'])) or '-'}: {e['msg'].removeprefix('Value error, ')}"
        for e in error.errors()
    )
