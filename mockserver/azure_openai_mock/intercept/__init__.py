"""Azure's own host names, answered on this machine: in this process by its HTTP libraries, in any other by a proxy with its own TLS."""
