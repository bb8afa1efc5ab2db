# SPDX-License-Identifier: Apache-2.0
"""ka.*: what an audit event of Kubernetes tells (audit.k8s.io/v1 Event).

Every field is a row of the table at the end: how it is found and along which keys.
What is not there, or not of the type that Kubernetes would send, is no value; a list
without items is none either.  Numbers and booleans are texts, objects compact JSON.
A list's argument picks one of what the event lists first (containers, volumes, rules).
"""

from urllib.parse import parse_qsl

from libc.stdint cimport int8_t, int64_t, uint8_t

from falcomod.engine._uapi cimport *
from falcomod.engine.fields.document cimport give_string, give_strings, text_of, value_at
from falcomod.engine.fields.field cimport *
from falcomod.engine.state.context cimport Context
from falcomod.engine.types cimport Arg, Value

from falcomod.engine.fields.document import MISSING

cdef enum:
    PARAMETERS_MAX = 1000        # of a URI; one with more has none

cdef object _missing = MISSING
cdef list _finders = []          # of all fields, in order


cdef class Finder:
    """How the value of a field is found."""

    cdef object find             # find(finder, document, place, argument): a text, a list of texts or None
    cdef tuple keys              # to the value, or to the list
    cdef tuple inner             # to the value from each item of the list
    cdef bint is_list


begin_class("ka", "Kubernetes audit events", "What the API server tells of a request.", ("k8s_audit",))


cdef int ka_field(Context *context, const Arg *arg, Value *out) except -1 nogil:
    if context.document is NULL:
        return 0
    with gil:
        return _give(context, arg, out)


cdef int _give(Context *context, const Arg *arg, Value *out) except -1:
    cdef const uint8_t *number = <const uint8_t *>arg.parameter
    cdef Finder finder = <Finder>_finders[number[0] | number[1] << 8]
    cdef object document = <object>context.document
    cdef object place = <Py_ssize_t>arg.index if arg.is_index else None
    if type(document) is not dict or "auditID" not in <dict>document:
        return 0                 # JSON of somebody else
    argument = arg.text.data[:arg.text.size] if arg.text.data is not NULL else None
    try:
        found = finder.find(finder, document, place, argument)
    except RecursionError:       # nested too deep to be written as JSON
        return 0
    if finder.is_list:
        return give_strings(context, found, out) if found is not None else 0
    return give_string(context, found, out)


# One value

def _text(Finder finder, document, place, argument):
    """The value at the keys."""
    value = value_at(document, finder.keys)
    return None if value is _missing else text_of(value)


def _pod_name(Finder finder, document, place, argument):
    """The pod that the request is about; one that the API server named is in the response."""
    if value_at(document, ("objectRef", "resource")) != "pods":
        return None
    for keys in (finder.keys, finder.inner):
        value = value_at(document, keys)
        if type(value) is str:
            return value
    return None


def _parameter(Finder finder, document, place, argument):
    """The first parameter of that name in the query of the URI."""
    uri = value_at(document, finder.keys)
    if type(uri) is not str:
        return None
    query = uri.partition("#")[0].partition("?")[2]
    name = argument.decode("utf-8", "replace")
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=PARAMETERS_MAX)
    except ValueError:
        return None
    for key, value in pairs:
        if key == name:
            return value
    return None


def _true(Finder finder, document, place, argument):
    """What the field was before it was deprecated, whatever the argument."""
    return "true"


def _first(Finder finder, document, place, argument):
    """The image of the first container."""
    images = _each(finder, document, 0, argument)
    return images[0] if images else None


def _first_repository(Finder finder, document, place, argument):
    image = _first(finder, document, place, argument)
    return None if image is None else _repository(image)


def _is_any(Finder finder, document, place, argument):
    """Whether the value is true of any item."""
    items = _list_at(document, finder.keys)
    if items is None:
        return None
    return "true" if any(value_at(item, finder.inner) is True for item in items) else "false"


def _is_path_used(Finder finder, document, place, argument):
    """Whether a volume has that path; with a * at its end, one that begins so."""
    paths = _each(finder, document, None, argument)
    if paths is None:
        return None
    name = argument.decode("utf-8", "replace")
    if name.endswith("*"):
        return "true" if any(path.startswith(name[:len(name) - 1]) for path in paths) else "false"
    return "true" if name in paths else "false"


# Lists

def _texts(Finder finder, document, place, argument):
    """The items of the list."""
    items = _items(finder, document, place)
    return None if items is None else [text_of(item) for item in items]


def _each(Finder finder, document, place, argument):
    """The value of each item that has it; lists among them are lists of values."""
    items = _items(finder, document, place)
    if items is None:
        return None
    found = []
    for item in items:
        value = value_at(item, finder.inner)
        if type(value) is list:
            found.extend([text_of(part) for part in value])
        elif value is not _missing:
            found.append(text_of(value))
    return found


def _repositories(Finder finder, document, place, argument):
    """Images without their tag and digest."""
    images = _each(finder, document, place, argument)
    return None if images is None else [_repository(image) for image in images]


def _ports(Finder finder, document, place, argument):
    """Ports of the host; in its network those of a container are such."""
    containers = _items(finder, document, place)
    if containers is None:
        return None
    found = []
    for container in containers:
        for port in _list_at(container, finder.inner) or ():
            for key in ("hostPort", "containerPort"):
                number = value_at(port, (key,))
                if number is not _missing:
                    found.append(text_of(number))
                    break
    return found


def _effective(Finder finder, document, place, argument):
    """The value of each item; where it has none, the pod's; where that has none, 0."""
    items = _items(finder, document, place)
    if items is None:
        return None
    of_pod = value_at(document, ("requestObject", "spec", *finder.inner))
    found = []
    for item in items:
        value = value_at(item, finder.inner)
        if value is _missing:
            value = of_pod if of_pod is not _missing else 0
        found.append(text_of(value))
    return found


def _names(Finder finder, document, place, argument):
    """Names of the subjects of a kind."""
    return [name for _, name in _subjects(finder, document)]


def _names_in_namespaces(Finder finder, document, place, argument):
    """The same with their namespace: kube-system:default."""
    return [f"{namespace}:{name}" for namespace, name in _subjects(finder, document)]


def _types(Finder finder, document, place, argument):
    """What kinds of volume there are: that is the name of the member that describes one."""
    volumes = _items(finder, document, place)
    if volumes is None:
        return None
    return [key for volume in volumes if type(volume) is dict for key in volume if key != "name"]


# Steps of them

def _list_at(value, tuple keys):
    """The list there; None for what is no list."""
    found = value_at(value, keys)
    return found if type(found) is list else None


def _items(Finder finder, document, place):
    """The items of the list, or the one at a place."""
    items = _list_at(document, finder.keys)
    if items is None or place is None:
        return items
    return items[place:place + 1]


def _subjects(Finder finder, document):
    """Namespace and name of the subjects of the finder's kind."""
    found = []
    for subject in _list_at(document, finder.keys) or ():
        name = value_at(subject, ("name",))
        namespace = value_at(subject, ("namespace",))
        if type(name) is str and value_at(subject, ("kind",)) == finder.inner[0]:
            found.append((namespace if type(namespace) is str else "", name))
    return found


def _repository(str image):
    """Of registry:5000/name:tag@sha256:… what is before the tag."""
    name = image.partition("@")[0]
    slash = name.rfind("/") + 1
    return name[:slash] + name[slash:].partition(":")[0]


# The table

def _prepare(FieldRef ref not None):
    """Leaves in the reference's parameter where the finder of its field is."""
    ref._parameter = (<int>_number_of[ref.info.name]).to_bytes(2, "little")
    ref.arg.parameter = <const int8_t *><const char *>ref._parameter


cdef dict _number_of = {}


cdef int _declare(str name, object find, str keys, str inner, int argument, int flags, str doc) except -1:
    cdef Finder finder = Finder.__new__(Finder)
    finder.find = find
    finder.keys = tuple(keys.split(" "))
    finder.inner = tuple(inner.split(" ")) if inner else ()
    finder.is_list = flags & FIELD_LIST != 0
    _number_of[name] = len(_finders)
    _finders.append(finder)
    bind(name, FM_PT_CHARBUF, flags, argument, ka_field, doc)
    return on_reference(name, _prepare)


cdef int _declare_all() except -1:
    for name, find, keys, inner, doc in VALUES:
        _declare(name, find, keys, inner, ARG_NONE, 0, doc)
    for name, find, keys, inner, doc in KEYED:
        _declare(name, find, keys, inner, ARG_REQUIRED, 0, doc)
    for name, find, keys, inner, doc in OLD:
        _declare(name, find, keys, inner, ARG_NONE, FIELD_DEPRECATED, doc)
    for name, find, keys, inner, doc in OLD_KEYED:
        _declare(name, find, keys, inner, ARG_REQUIRED, FIELD_DEPRECATED, doc)
    for name, find, keys, inner, doc in LISTS:
        _declare(name, find, keys, inner, ARG_NONE, FIELD_LIST, doc)
    for name, find, keys, inner, doc in PLACED_LISTS:
        _declare(name, find, keys, inner, ARG_OPTIONAL, FIELD_LIST | FIELD_INDEX, doc)
    for kind, what in CONTAINERS:
        for name, find, inner, doc in OF_CONTAINERS:
            _declare(f"ka.req.pod.{kind}.{name}", find, f"requestObject spec {kind}", inner,
                     ARG_OPTIONAL, FIELD_LIST | FIELD_INDEX, doc.format(what))
    return 0


# Name, how it is found, along which keys and further ones, and what it is.
VALUES = (
    ("ka.auditid", _text, "auditID", "", "unique id of the request"),
    ("ka.stage", _text, "stage", "",
     "how far the request was: RequestReceived, ResponseStarted, ResponseComplete or Panic"),
    ("ka.auth.decision", _text, "annotations authorization.k8s.io/decision", "",
     "whether the request was allowed: allow or forbid"),
    ("ka.auth.reason", _text, "annotations authorization.k8s.io/reason", "",
     "why the request was allowed or not"),
    ("ka.auth.openshift.decision", _text, "annotations authentication.openshift.io/decision", "",
     "how a login on OpenShift ended: allow, deny or error"),
    ("ka.auth.openshift.username", _text, "annotations authentication.openshift.io/username", "",
     "who tried to log in on OpenShift"),
    ("ka.validations.admission.policy.failure", _text,
     "annotations validation.policy.admission.k8s.io/validation_failure", "",
     "what validating admission policies found wrong, as JSON"),
    ("ka.security.pod.violations", _text,
     "annotations pod-security.kubernetes.io/audit-violations", "",
     "how the pod violates the pod security standard that is audited"),
    ("ka.user.name", _text, "user username", "", "who made the request"),
    ("ka.impuser.name", _text, "impersonatedUser username", "", "as whom it was made"),
    ("ka.verb", _text, "verb", "", "what was asked for: get, list, create, patch, delete …"),
    ("ka.uri", _text, "requestURI", "", "URI of the request as the client sent it"),
    ("ka.target.name", _text, "objectRef name", "", "name of the object"),
    ("ka.target.namespace", _text, "objectRef namespace", "", "namespace of the object"),
    ("ka.target.resource", _text, "objectRef resource", "", "resource of the object: pods, secrets …"),
    ("ka.target.subresource", _text, "objectRef subresource", "",
     "subresource of the object: exec, attach, status …"),
    ("ka.target.pod.name", _pod_name, "objectRef name", "responseObject metadata name",
     "name of the pod, if the object is one"),
    ("ka.req.binding.role", _text, "requestObject roleRef name", "", "role that a binding gives"),
    ("ka.req.configmap.name", _text, "objectRef name", "", "name of the config map"),
    ("ka.req.configmap.obj", _text, "requestObject data", "", "data of the config map, as JSON"),
    ("ka.req.pod.host_ipc", _text, "requestObject spec hostIPC", "",
     "whether the pod is in the host's IPC namespace"),
    ("ka.req.pod.host_network", _text, "requestObject spec hostNetwork", "",
     "whether the pod is in the host's network"),
    ("ka.req.pod.host_pid", _text, "requestObject spec hostPID", "",
     "whether the pod is in the host's pid namespace"),
    ("ka.req.pod.run_as_user", _text, "requestObject spec securityContext runAsUser", "",
     "user id that the pod's containers run with unless they have their own"),
    ("ka.req.pod.run_as_group", _text, "requestObject spec securityContext runAsGroup", "",
     "group id that the pod's containers run with unless they have their own"),
    ("ka.req.pod.fs_group", _text, "requestObject spec securityContext fsGroup", "",
     "group id that owns the pod's volumes"),
    ("ka.req.service.type", _text, "requestObject spec type", "",
     "type of the service: ClusterIP, NodePort, LoadBalancer …"),
    ("ka.resp.name", _text, "responseObject metadata name", "", "name of the object in the response"),
    ("ka.response.code", _text, "responseStatus code", "", "HTTP status of the response"),
    ("ka.response.reason", _text, "responseStatus reason", "",
     "reason of the response, mostly of a failure"),
    ("ka.useragent", _text, "userAgent", "", "program that made the request"),
    ("ka.cluster.name", _text, "annotations cluster_name", "",
     "name of the cluster, where its provider tells it"),
)

KEYED = (
    ("ka.uri.param", _parameter, "requestURI", "", "parameter of the URI: ka.uri.param[command]"),
)

OLD = (
    ("ka.req.container.image", _first, "requestObject spec containers", "image",
     "image of the pod's first container"),
    ("ka.req.container.image.repository", _first_repository, "requestObject spec containers", "image",
     "image of the pod's first container without tag and digest"),
    ("ka.req.container.host_network", _text, "requestObject spec hostNetwork", "",
     "whether the pod is in the host's network"),
    ("ka.req.container.privileged", _is_any, "requestObject spec containers",
     "securityContext privileged", "whether any container of the pod is privileged"),
)

OLD_KEYED = (
    ("ka.req.binding.subject.has_name", _true, "requestObject subjects", "", "always true"),
    ("ka.req.volume.hostpath", _is_path_used, "requestObject spec volumes", "hostPath path",
     "whether a volume of the pod is that path of the host, or with * at its end begins so"),
)

LISTS = (
    ("ka.user.groups", _texts, "user groups", "", "groups of who made the request"),
    ("ka.req.binding.subjects", _texts, "requestObject subjects", "",
     "whom a binding gives its role, each as JSON"),
    ("ka.req.binding.subjects.user_names", _names, "requestObject subjects", "User",
     "users that a binding gives its role"),
    ("ka.req.binding.subjects.serviceaccount_names", _names, "requestObject subjects",
     "ServiceAccount", "service accounts that a binding gives its role"),
    ("ka.req.binding.subjects.serviceaccount_ns_names", _names_in_namespaces,
     "requestObject subjects", "ServiceAccount",
     "the same with their namespaces: kube-system:default"),
    ("ka.req.binding.subjects.group_names", _names, "requestObject subjects", "Group",
     "groups that a binding gives its role"),
    ("ka.req.role.rules", _texts, "requestObject rules", "", "rules of the role, each as JSON"),
    ("ka.req.pod.supplemental_groups", _texts,
     "requestObject spec securityContext supplementalGroups", "",
     "further group ids of the pod's processes"),
)

PLACED_LISTS = (
    ("ka.sourceips", _texts, "sourceIPs", "", "addresses that the request came from and through"),
    ("ka.req.role.rules.apiGroups", _each, "requestObject rules", "apiGroups",
     "API groups of the role's rules"),
    ("ka.req.role.rules.nonResourceURLs", _each, "requestObject rules", "nonResourceURLs",
     "URLs of the role's rules"),
    ("ka.req.role.rules.verbs", _each, "requestObject rules", "verbs", "verbs of the role's rules"),
    ("ka.req.role.rules.resources", _each, "requestObject rules", "resources",
     "resources of the role's rules"),
    ("ka.req.service.ports", _texts, "requestObject spec ports", "", "ports of the service, each as JSON"),
    ("ka.req.pod.volumes.hostpath", _each, "requestObject spec volumes", "hostPath path",
     "paths of the host that are volumes of the pod"),
    ("ka.req.pod.volumes.flexvolume_driver", _each, "requestObject spec volumes", "flexVolume driver",
     "flexvolume drivers of the pod's volumes"),
    ("ka.req.pod.volumes.volume_type", _types, "requestObject spec volumes", "",
     "types of the pod's volumes: hostPath, secret, configMap …"),
)

CONTAINERS = (
    ("containers", "containers"),
    ("initContainers", "init containers"),
    ("ephemeralContainers", "ephemeral containers"),
)

OF_CONTAINERS = (
    ("name", _each, "name", "names of the pod's {}"),
    ("image", _each, "image", "images of the pod's {}"),
    ("image.repository", _repositories, "image", "images of the pod's {} without tag and digest"),
    ("command", _each, "command", "commands of the pod's {}, one word an item"),
    ("args", _each, "args", "arguments of the pod's {}"),
    ("host_port", _ports, "ports", "ports of the host that the pod's {} take"),
    ("privileged", _each, "securityContext privileged", "whether the pod's {} are privileged"),
    ("allow_privilege_escalation", _each, "securityContext allowPrivilegeEscalation",
     "whether processes of the pod's {} may gain privileges"),
    ("read_only_fs", _each, "securityContext readOnlyRootFilesystem",
     "whether the root of the pod's {} is read-only"),
    ("run_as_user", _each, "securityContext runAsUser", "user ids that the pod's {} ask for"),
    ("eff_run_as_user", _effective, "securityContext runAsUser",
     "user ids of the pod's {}: their own, else the pod's, else 0"),
    ("run_as_group", _each, "securityContext runAsGroup", "group ids that the pod's {} ask for"),
    ("eff_run_as_group", _effective, "securityContext runAsGroup",
     "group ids of the pod's {}: their own, else the pod's, else 0"),
    ("proc_mount", _each, "securityContext procMount", "how the pod's {} mount /proc"),
    ("add_capabilities", _each, "securityContext capabilities add",
     "capabilities that the pod's {} ask for"),
)

_declare_all()
