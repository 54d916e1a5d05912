"""Every table, one module per noun."""

from hosts.models.access import Role, RoleAssignment
from hosts.models.audit import AuditEnding, AuditEvent, AuditLeaf, ImmutableError, LeafKind, Outcome
from hosts.models.containers import Container
from hosts.models.history import KeepKind, KeepRule, KeptChunk, KeptLog
from hosts.models.hosts import Host, HostEvent, HostGroup, HostState
from hosts.models.images import Image
from hosts.models.inventory import Link, LinkKind, Row
from hosts.models.jobs import ACTIVE, Job, JobState
from hosts.models.networks import Network
from hosts.models.people import SetupLink, User, no_administrator
from hosts.models.redaction import RedactionRule, masker, redactor
from hosts.models.refusals import RefusalTally
from hosts.models.registries import AllowedRegistry, Registry, RegistryScope
from hosts.models.secrets import SecretError
from hosts.models.views import SavedView, ViewPage, same_query
from hosts.models.volumes import Volume

__all__ = [
    "ACTIVE",
    "AllowedRegistry",
    "AuditEnding",
    "AuditEvent",
    "AuditLeaf",
    "Container",
    "Host",
    "HostEvent",
    "HostGroup",
    "HostState",
    "Image",
    "ImmutableError",
    "Job",
    "JobState",
    "KeepKind",
    "KeepRule",
    "KeptChunk",
    "KeptLog",
    "LeafKind",
    "Link",
    "LinkKind",
    "Network",
    "Outcome",
    "RedactionRule",
    "RefusalTally",
    "Registry",
    "RegistryScope",
    "Role",
    "RoleAssignment",
    "Row",
    "SavedView",
    "SecretError",
    "SetupLink",
    "User",
    "ViewPage",
    "Volume",
    "masker",
    "no_administrator",
    "redactor",
    "same_query",
]
