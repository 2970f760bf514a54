"""Which requests Schemathesis does not make of the embedded server."""

import schemathesis


@schemathesis.hook
def filter_path_parameters(context, path_parameters):
    """Neither the own domain nor segments of dots, which the spec cannot say.

    A key of the whole system has no own domain and gets 400 (documented). And before it sends
    them, every HTTP library takes `.` and `..` out of a path, so that another path is requested."""
    values = (path_parameters or {}).values()
    own_domain = (path_parameters or {}).get("domain") == "~"
    return not own_domain and not any(value in (".", "..") for value in values)


@schemathesis.hook
def before_call(context, case, kwargs):
    """No empty segment, which the spec forbids and the stateful phase makes all the same."""
    for name, value in (case.path_parameters or {}).items():
        if value == "":
            case.path_parameters[name] = "0"
