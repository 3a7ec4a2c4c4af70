"""How the command lines speak: Spanish, also where it is the library or the system that says something.

Click takes all its words through gettext; they are looked up in the table below instead, wherever they come
from. Rule that stays true: what is not in a table is shown as it came, rather than be lost. Absent: any
command of its own.
"""

import errno
import functools
import re
import ssl
from typing import Any

import click
import click.core
import click.decorators
import click.exceptions
import click.formatting
import click.parser
import click.types

#: Click's words: English to Spanish.
_WORDS = {
    "Usage:": "Uso:",
    "Options": "Opciones / Options",
    "Commands": "Comandos / Commands",
    "Positional arguments": "Argumentos / Arguments",
    "required": "obligatorio / required",
    "default: {default}": "si falta / default: {default}",
    "env var: {var}": "variable / env var: {var}",
    "Show this message and exit.": "Mostrar esta ayuda. / Show this message and exit.",
    "Show the version and exit.": "Mostrar la versión. / Show the version and exit.",
    "%(prog)s, version %(version)s": "%(prog)s, versión %(version)s",
    "Try '{command} {option}' for help.": "La ayuda: «{command} {option}».",
    "Aborted!": "Interrumpido.",
    "Missing command.": "Falta el comando.",
    "Missing argument": "Falta el argumento",
    "Missing option": "Falta la opción",
    "Missing parameter": "Falta el parámetro",
    "No such option {name!r}.": "No existe la opción {name!r}.",
    "No such command {name!r}.": "No existe el comando {name!r}.",
    "Did you mean {possibility}?": "¿Quiso decir {possibility}?",
    "(Did you mean one of: {possibilities}?)": "(¿Quiso decir una de estas: {possibilities}?)",
    "Invalid value: {message}": "Valor no válido: {message}",
    "Invalid value for {param_hint}: {message}": "Valor no válido para {param_hint}: {message}",
    "Got unexpected extra argument ({args})": "Sobra un argumento ({args})",
    "Got unexpected extra arguments ({args})": "Sobran argumentos ({args})",
    "Option {name!r} does not take a value.": "La opción {name!r} no lleva valor.",
    "Option {name!r} requires an argument.": "La opción {name!r} necesita un valor.",
    "Choose from:\n\t{choices}": "Elija entre:\n\t{choices}",
    "{value!r} is not {choice}.": "{value!r} no es {choice}.",
    "{value!r} is not one of {choices}.": "{value!r} no está entre {choices}.",
    "{value!r} does not match the format {format}.": "{value!r} no tiene la forma {format}.",
    "{value!r} is not a valid {number_type}.": "{value!r} no es un número válido.",
    "{value} is not in the range {range}.": "{value} está fuera del rango {range}.",
    "file": "archivo",
    "directory": "directorio",
    "path": "ruta",
    "{name} {filename!r} does not exist.": "no existe {filename!r}.",
    "{name} {filename!r} is a file.": "{filename!r} es un archivo.",
    "{name} {filename!r} is a directory.": "{filename!r} es un directorio.",
    "{name} {filename!r} is not readable.": "no hay permiso para leer {filename!r}.",
    "{name} {filename!r} is not writable.": "no hay permiso para escribir {filename!r}.",
}
_MODULES = (
    click.core, click.decorators, click.exceptions, click.formatting, click.parser, click.types,
)  # fmt: skip
#: What an operating system refuses, by its number.
_REASONS = {
    errno.ECONNREFUSED: "conexión rechazada",
    errno.ECONNRESET: "la conexión se cortó",
    errno.EPIPE: "la conexión se cortó",
    errno.ETIMEDOUT: "no contesta",
    errno.EHOSTUNREACH: "no hay camino hasta ese equipo",
    errno.ENETUNREACH: "no hay red",
    errno.EADDRINUSE: "ya lo usa otro programa",
    errno.EADDRNOTAVAIL: "este equipo no tiene esa dirección",
    errno.EACCES: "sin permiso",
    errno.EPERM: "sin permiso",
    errno.ENOENT: "no existe",
    errno.ENOTDIR: "no es un directorio",
    errno.EISDIR: "es un directorio",
    errno.ENOSPC: "no queda espacio en el disco",
    errno.EROFS: "el disco es de solo lectura",
}
#: What the bus, or nats-py about it, says in English, by words that are in it.
_ABOUT_THE_BUS = {
    "authorization violation": "el bus no acepta la clave",
    "authentication timeout": "el bus no recibió la clave a tiempo",
    "authentication expired": "la clave ya no vale",
    "permissions violation": "el bus no permite ese pedido",
    "maximum account active connections": "ese miembro ya tiene todas las conexiones que puede tener",
    "unexpected eof": "la conexión se cortó",
    "empty response from server": "la conexión se cortó",
    "connection closed": "la conexión se cortó",
    "stale connection": "el bus dejó de contestar",
    "no responders": "el bus todavía no atiende ese pedido",
    "no servers available": "no hay ningún servidor al que llegar",
    "timeout": "no contesta",
}


class SpanishCommand(click.Command):
    """A command whose frame is in Spanish."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("options_metavar", "[OPCIONES]")
        super().__init__(*args, **kwargs)


class SpanishGroup(click.Group):
    """A group of such commands; the outermost one sets click's words before anything is said."""

    command_class = SpanishCommand
    group_class = type

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("options_metavar", "[OPCIONES]")
        kwargs.setdefault("subcommand_metavar", "COMANDO [ARGUMENTOS]...")
        super().__init__(*args, **kwargs)

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Take a command in, whatever it was made with, and put its frame in Spanish."""
        _frame(cmd)
        super().add_command(cmd, name)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line."""
        for module in _MODULES:
            vars(module).update(_=_in_spanish, ngettext=_counted)
        return super().main(*args, **kwargs)


def _frame(command: click.Command) -> None:
    """Put the frame of a command, and of all that is below it, in Spanish."""
    if command.options_metavar == "[OPTIONS]":
        command.options_metavar = "[OPCIONES]"
    for parameter in command.params:
        # Click names the variable of an option that was called wrongly without looking its words up.
        vars(parameter).update(get_error_hint=functools.partial(_hint, parameter))
    if isinstance(command, click.Group):
        command.subcommand_metavar = "COMANDO [ARGUMENTOS]..."
        for below in command.commands.values():
            _frame(below)


def _hint(parameter: click.Parameter, context: click.Context | None) -> str:
    hint = type(parameter).get_error_hint(parameter, context)
    return hint.replace("(env var: ", "(variable / env var: ")


def _in_spanish(words: str) -> str:
    return _WORDS.get(words, words)


def _counted(one: str, many: str, count: int) -> str:
    return _in_spanish(one if count == 1 else many)


def why(error: BaseException) -> str:
    """Why something of the system or of the bus failed, in a few Spanish words where they are known.

    An error of several attempts (as for a host with two addresses) is told by its last one.
    """
    if isinstance(error, ssl.SSLError):
        # Its number is the TLS library's own, and no system's.
        return _of_tls(error)
    if isinstance(error, OSError):
        attempts = re.findall(r"\[Errno (\d+)\]", str(error)) if error.errno is None else []
        reason = _REASONS.get(int(attempts[-1]) if attempts else error.errno or 0)
        if reason is not None:
            return reason
        if type(error).__name__ == "gaierror":
            return "no se conoce ese equipo"
        if isinstance(error, TimeoutError):
            return "no contesta"
        return error.strerror or str(error) or type(error).__name__
    said = str(error) or type(error).__name__
    return next((words for part, words in _ABOUT_THE_BUS.items() if part in said.lower()), said)


def _of_tls(error: ssl.SSLError) -> str:
    said = str(error).lower()
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"su certificado no vale ({error.verify_message})"
    if "wrong_version_number" in said or "wrong version number" in said:
        return "no habla TLS"
    if isinstance(error, ssl.SSLEOFError):
        return "la conexión se cortó"
    return f"falló TLS ({error.reason or error})"
