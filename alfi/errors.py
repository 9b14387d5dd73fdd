"""What can go wrong, by name.  Every message says the rule, what came, and the next step."""


class AlfiError(ValueError):
    """The base of all errors of this package."""


class PriorError(AlfiError):
    """A prior without a proper box, or parameters outside it."""


class SimulatorError(AlfiError):
    """A simulator that breaks the contract of `alfi.simulators.Simulator`."""


class ConfigError(AlfiError):
    """A setting that cannot work, or saved results that belong to other settings."""
