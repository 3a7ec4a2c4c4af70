"""Every text of the pages, Spanish and English side by side, and how dates and roles are said.

Rule that stays true: a template has no sentence of its own, so that one file can be read and corrected by
somebody who writes no code. Texts of refusals are not here but in `problems`, where programs get them too.
"""

from datetime import datetime
from typing import Any, Literal

from nanduti_hub.caller import Role
from nanduti_hub.problems import told
from nanduti_hub.serving import ZONE

Language = Literal["es", "en"]

#: key: Spanish, English.
TEXTS: dict[str, tuple[str, str]] = {
    "brand": ("Ñandutí", "Ñandutí"),
    "brand_line": ("Un solo tejido entre las tres plataformas", "One weave among the three platforms"),
    "brand_more": ("Centro de coordinación contra el trabajo infantil, el trabajo forzoso y la trata de personas en Paraguay.", "Coordination hub against child labor, forced labor and human trafficking in Paraguay."),
    "skip": ("Ir al contenido", "Skip to content"),
    "exercise": ("Ejercicio", "Exercise"),
    "exercise_text": ("Todo lo que se ve aquí es inventado: nada de esto es un registro ni un caso real.", "Everything here is made up: none of it is a register or a real case."),
    "other_language": ("English", "Español"),
    "other_language_label": ("Read this page in English", "Leer esta página en español"),
    # /entrar
    "enter_title": ("Entrar", "Sign in"),
    "enter_lead": ("Con la cuenta que abrió con su enlace de invitación.", "With the account that you opened with your invitation link."),
    "account": ("Cuenta", "Account"),
    "account_hint": ("usuario@institución, por ejemplo ana@mtess", "user@institution, for example ana@mtess"),
    "passphrase": ("Frase de acceso", "Passphrase"),
    "code": ("Código de seis cifras", "Six-digit code"),
    "code_hint": ("El que muestra ahora la aplicación de códigos de su teléfono.", "The one that your telephone's authenticator app shows now."),
    "enter": ("Entrar", "Sign in"),
    "or": ("o", "or"),
    "enter_provider": ("Entrar con la cuenta de mi institución", "Sign in with my institution's account"),
    "enter_help_question": ("¿No puede entrar?", "Cannot sign in?"),
    "enter_help": ("Pida un enlace nuevo a quien administra las cuentas de su institución o plataforma. Nadie debe pedirle su frase ni su código.", "Ask whoever administers the accounts of your institution or platform for a new link. Nobody should ask you for your passphrase or your code."),
    "left": ("Salió. En esta computadora ya no queda abierta su sesión.", "You are signed out. Your session is no longer open on this computer."),
    "ended": ("Su sesión terminó. Entre de nuevo para seguir.", "Your session has ended. Sign in again to go on."),
    "away": ("Para ver esa página, entre primero.", "To see that page, sign in first."),
    # errors in a form
    "errors_title": ("Hay algo que corregir", "Something needs correcting"),
    "error": ("Error:", "Error:"),
    "account_missing": ("Escriba su cuenta, con la arroba y su institución.", "Type your account, with the at sign and your institution."),
    "passphrase_missing": ("Escriba su frase de acceso.", "Type your passphrase."),
    "code_missing": ("Escriba las seis cifras del código.", "Type the six digits of the code."),
    "enter_refused": ("La cuenta, la frase o el código no coinciden. Revise los tres; escriba un código que no haya usado todavía.", "The account, the passphrase or the code do not match. Check all three; type a code that you have not used yet."),
    "enter_wait": ("Hubo varios intentos fallidos desde aquí. Espere {wait} e intente de nuevo; mientras tanto no hace falta que haga nada.", "There were several failed attempts from here. Wait {wait} and try again; there is nothing else to do meanwhile."),
    "seconds": ("{n} segundos", "{n} seconds"),
    "minutes": ("{n} minutos", "{n} minutes"),
    # /invitacion
    "invitation_title": ("Abra su cuenta", "Open your account"),
    "invitation_lead": ("{name}: le damos la bienvenida. Este enlace es suyo y sirve una sola vez.", "Welcome, {name}. This link is yours and works once."),
    "your_account": ("Su cuenta", "Your account"),
    "renewal_title": ("Recupere su acceso", "Recover your access"),
    "renewal_lead": ("{name}: con este enlace elige otra frase y agrega de nuevo Ñandutí a su teléfono. Sirve una sola vez; hasta que termine, lo que usaba antes sigue valiendo.", "{name}: with this link you choose another passphrase and add Ñandutí to your telephone again. It works once; until you have finished, what you used before stays good."),
    "renew": ("Recuperar mi acceso", "Recover my access"),
    "renewal_code_text": ("Si la aplicación todavía tiene la entrada anterior de Ñandutí, bórrela cuando termine: deja de valer.", "If the app still has the former entry for Ñandutí, delete it when you have finished: it is no longer good."),
    "other_session": ("Ahora está abierta aquí la sesión de {name}. Si este enlace no es de esa persona, está en el lugar equivocado; si sigue, esa sesión se cierra.", "{name} is signed in here now. If this link is not that person's, you are in the wrong place; if you go on, that session ends."),
    "belongs_to": ("Cuenta de", "Account of"),
    "will_act_as": ("Para actuar como", "To act as"),
    "step_code": ("Agregue Ñandutí a la aplicación de códigos de su teléfono", "Add Ñandutí to your telephone's authenticator app"),
    "step_code_text": ("Sirve cualquiera que muestre códigos de seis cifras. Apunte la cámara a este cuadro:", "Any app that shows six-digit codes will do. Point the camera at this square:"),
    "qr_label": ("Código QR con la clave de su cuenta; la misma clave está escrita al lado", "QR code with your account's key; the same key is written beside it"),
    "secret_text": ("Si no puede usar la cámara, escriba esta clave en la aplicación:", "If you cannot use the camera, type this key into the app:"),
    "step_passphrase": ("Elija una frase de acceso", "Choose a passphrase"),
    "passphrase_rule": ("Al menos {fewest} caracteres. Cuatro o cinco palabras que solo usted uniría son mejores que una palabra con signos raros. Que no sea su nombre ni su cuenta.", "At least {fewest} characters. Four or five words that only you would put together are better than one word with odd signs. Not your name or your account."),
    "passphrase_again": ("La misma frase otra vez", "The same passphrase again"),
    "step_prove": ("Compruebe que la aplicación anda", "Check that the app works"),
    "accept": ("Abrir mi cuenta", "Open my account"),
    "passphrases_differ": ("Las dos frases no son iguales. Escríbalas de nuevo.", "The two passphrases differ. Type them again."),
    "code_refused": ("Ese código no es el de ahora. Espere el siguiente y revise que la hora del teléfono sea automática.", "That is not the code of this moment. Wait for the next one, and check that your telephone sets its time automatically."),
    "invitation_gone_title": ("Este enlace ya no sirve", "This link no longer works"),
    "invitation_gone": ("Puede que ya lo haya usado, que se haya vencido (vale siete días; 24 horas si es para recuperar una cuenta) o que esté incompleto.", "It may have been used, have expired (it lasts seven days; 24 hours if it is to recover an account), or be incomplete."),
    "invitation_gone_next": ("Si ya abrió su cuenta, entre con ella. Si no, pida un enlace nuevo a quien administra las cuentas de su institución o plataforma.", "If you have opened your account already, sign in. If not, ask whoever administers the accounts of your institution or platform for a new link."),
    # /cuenta
    "account_title": ("Su cuenta", "Your account"),
    "signed_in_as": ("Entró como", "Signed in as"),
    "signed_in_provider": ("con la cuenta de su institución", "with your institution's account"),
    "roles_title": ("En qué rol actúa", "The role in which you act"),
    "roles_lead": ("Tiene más de un rol y actúa en uno por vez: lo que haga queda registrado en ese rol.", "You have more than one role and act in one at a time: what you do is recorded in that role."),
    "roles_lead_one": ("Lo que haga queda registrado en este rol.", "What you do is recorded in this role."),
    "acting_now": ("Actúa ahora en este rol", "You act in this role now"),
    "act_as": ("Actuar en este rol", "Act in this role"),
    "act_as_label": ("Actuar como {role}, {scope}", "Act as {role}, {scope}"),
    "session_text": ("Su sesión termina a más tardar el {when}, o antes si pasa una hora sin usarla.", "Your session ends at the latest on {when}, or earlier after an hour without use."),
    "leave": ("Salir", "Sign out"),
    "role_not_held": ("Ya no tiene ese rol; estos son los que tiene ahora.", "You no longer have that role; these are the ones that you have now."),
    "role_changed": ("Listo: actúa como {role}, {scope}.", "Done: you act as {role}, {scope}."),
    # problems
    "stale_title": ("Esta página quedó vieja", "This page is out of date"),
    "stale_detail": ("Desde que la abrió, en este navegador cambió la sesión. No se hizo nada: vuelva al comienzo y repita.", "The session in this browser has changed since you opened it. Nothing was done: go back to the start and repeat."),
    "to_enter": ("Ir a la página de entrada", "Go to the sign-in page"),
    "no_page_title": ("No existe esta página", "There is no such page"),
    "no_page_detail": ("Revise la dirección, o vuelva al comienzo.", "Check the address, or go back to the start."),
    "start": ("Volver al comienzo", "Back to the start"),
    "hub": ("Todo el sistema", "The whole system"),
}  # fmt: skip

#: A role's name, and what it is for in one sentence: Spanish, English.
ROLES: dict[Role, tuple[tuple[str, str], tuple[str, str]]] = {
    Role.STEWARD: (("Responsable del sistema", "Steward"), ("Cuida el directorio, las cuentas de todas las instituciones y el registro de quién hizo qué.", "Looks after the directory, everybody's accounts, and the record of who did what.")),
    Role.ADMINISTRATOR: (("Administración de cuentas", "Account administrator"), ("Invita a las personas de su institución o plataforma, les da sus roles y cuida sus tokens.", "Invites the people of the institution or platform, gives them their roles, and manages its tokens.")),
    Role.COORDINATOR: (("Coordinación de la plataforma", "Platform coordinator"), ("Cambia los planes y las acciones de su plataforma.", "Changes the platform's plans and actions.")),
    Role.FOCAL_POINT: (("Punto focal", "Focal point"), ("Sigue lo que el registro espera de su institución.", "Follows what the register expects of the institution.")),
    Role.CASE_OFFICER: (("Oficial de casos", "Case officer"), ("Ofrece y recibe casos en nombre de su institución.", "Offers and receives cases on the institution's behalf.")),
    Role.OBSERVER: (("Observación", "Observer"), ("Lee el registro; no cambia nada.", "Reads the register; changes nothing.")),
}  # fmt: skip
_MONTHS = (
    ("enero", "January"), ("febrero", "February"), ("marzo", "March"), ("abril", "April"), ("mayo", "May"),
    ("junio", "June"), ("julio", "July"), ("agosto", "August"), ("septiembre", "September"),
    ("octubre", "October"), ("noviembre", "November"), ("diciembre", "December"),
)  # fmt: skip


def said(language: Language, key: str, **values: object) -> str:
    """A text in a language, with its values in place."""
    return TEXTS[key][_place(language)].format_map(values)


def role_name(language: Language, role: Role) -> str:
    """What a role is called."""
    return ROLES[role][0][_place(language)]


def role_purpose(language: Language, role: Role) -> str:
    """What a role is for."""
    return ROLES[role][1][_place(language)]


def told_in(language: Language, code: str, values: dict[str, Any]) -> tuple[str, str]:
    """A refusal's sentence, and what to do next."""
    _, title, detail = told(code, values, is_english=language == "en")
    return title, detail


def moment(language: Language, when: datetime) -> str:
    """A moment in Paraguay's time: `25 de noviembre de 2026, 10:40`."""
    here = when.astimezone(ZONE)
    month = _MONTHS[here.month - 1][_place(language)]
    day = f"{here.day} de {month} de {here.year}" if language == "es" else f"{here.day} {month} {here.year}"
    return f"{day}, {here:%H:%M}"


def duration(language: Language, seconds: float) -> str:
    """How long to wait, rounded up: seconds below two minutes, then minutes."""
    whole = max(int(seconds + 0.999), 1)
    if whole < 120:
        return said(language, "seconds", n=whole)
    return said(language, "minutes", n=-(-whole // 60))


def _place(language: Language) -> int:
    return 0 if language == "es" else 1
