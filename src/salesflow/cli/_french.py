"""French of the command, by the code of the English text, with the same parameters."""

from __future__ import annotations

from salesflow._french import typeset

_COMMAND: dict[str, str] = {
    # columns, by what stands in them
    "column.code": "code",
    "column.codes": "codes",
    "column.count": "nombre",
    "column.deal": "affaire",
    "column.deals": "affaires",
    "column.example": "exemple",
    "column.level": "niveau",
    "column.obey": "conformes",
    "column.pipeline": "pipeline",
    "column.rows": "lignes",
    "column.moves": "passages",
    "column.warnings": "avertissements",
    "column.violations": "violations",
    # audit
    "audit.heading": "{file} jugé d'après {template}",
    "audit.rows": "lignes",
    "audit.deals": "affaires",
    "audit.obedient": "affaires conformes",
    "audit.moves": "passages",
    "audit.violations": "violations",
    "audit.warnings": "avertissements",
    "audit.not_judged": "{count} non jugées",
    "audit.by_code": "Constats par code",
    "audit.by_move": "Constats par passage",
    "audit.worst": "Affaires aux violations les plus nombreuses",
    "audit.undecided": "Ce qui n'a pas pu être tranché",
    "audit.row": "ligne",
    "audit.files": "{count} fichiers",
    "audit.pipelines": "{count} pipelines",
    "audit.any_pipeline": "n'importe quel pipeline",
    "audit.busy": "lecture",
    "audit.by_pipeline": "Par pipeline",
    "audit.reading": "Ce qui n'a pas été pris tel quel",
    "audit.read": "{rows} lignes lues, {dropped} laissées de côté",
    "note.assumed": "supposé",
    "note.dropped": "laissé de côté",
    "note.odd": "étrange",
    "note.line": "{kind} : {text}",
    "note.times": "{line} ({count} fois)",
    "audit.more": "et {count} de plus : voir --format json",
    "level.violation": "violation",
    "level.warning": "avertissement",
    "level.error": "erreur",
    "undecided.bad_row": "une ligne était illisible",
    "undecided.bad_time": "une date était illisible",
    "undecided.naive_time": "une date n'a pas de fuseau horaire : indiquez-le avec --zone",
    "undecided.ambiguous_time": "une date existe deux fois ou n'existe pas, au changement d'heure",
    "undecided.incomplete": "le journal commence après l'affaire",
    "undecided.ambiguous_order": "événements à la même date, dont l'ordre décide du constat : le plus favorable a été "
    "retenu",
    "undecided.grounds": "aucune colonne ne dit si un motif a été donné : nommez-la avec --ground",
    "undecided.no_grounds": "ce qui a été lu ne dit pas si un motif a été donné",
    "undecided.hole": "une ligne de l'affaire était illisible, et c'est peut-être celle qui manque",
    # lint
    "lint.sound": "{name} est sain",
    "lint.problem": "{name} a {count} problème",
    "lint.problems": "{name} a {count} problèmes",
    # new
    "new.written": "{file} est écrit ; vérifiez-le avec : salesflow lint {file}",
    # migrate
    "migrate.unmapped": "le plan ne dit pas où mène « {stage} » : indiquez-le sous mapping",
    "migrate.unsaid": "« {stage} » change d'issue : si c'est voulu, dites-le sous changes_outcome, avec un motif",
    "migrate.none": "il n'y a aucune fiche",
    # complaints
    "or_file": ", ou donnez aussi les pipelines de {system} en fichier",
    "like": " ; cela ressemble à ce qui se lit avec {others}",
    "near": " ; « {near} » est proche",
    "name_it": "{problem} : nommez-la avec --{option}",
}

_BAD_USE: dict[str, str] = {
    "file.missing": "il n'y a pas de fichier « {file} »",
    "file.irregular": "« {file} » est un dossier, et non un fichier",
    "file.denied": "la lecture de « {file} » est interdite",
    "file.unreadable": "« {file} » est illisible : {why}",
    "file.empty": "il n'y a rien dans « {file} »",
    "file.large": "« {file} » dépasse {most} Mio, plus que ce qui se lit d'un bloc : donnez-le en plusieurs fichiers, "
    "ou en lignes, en CSV ou en JSON",
    "from.missing": "la fin du nom de « {file} » ne dit pas ce qu'il contient : indiquez-le avec --from, par exemple "
    "--from hubspot ou --from csv",
    "from.unknown": "rien ne se lit avec --from « {given} »{near} ; les choix possibles : {known}",
    "from.several": "« {file} » et « {other} » n'ont pas la même forme : un journal n'en a qu'une, et les fichiers "
    "d'un système se lisent avec --from",
    "json.line": "« {file} » s'interrompt à la ligne {line} : {why}",
    "csv.cells": "« {file} » a dans la rangée {row} plus de cellules que de colonnes",
    "csv.columns": "il manque dans « {file} » des colonnes que « {first} » possède : {names}",
    "csv.encoding": "« {file} » n'est pas en UTF-8 : octet 0x{byte:02x} à la position {position}, à la ligne {line} ; "
    "exportez-le en CSV et en UTF-8",
    "csv.nul": "« {file} » contient un caractère NUL à la ligne {line} : ce n'est pas du texte ; exportez-le en CSV et "
    "en UTF-8",
    "csv.line": "« {file} » n'est pas un CSV : la ligne {line} dépasse {longest} caractères",
    "csv.quotes": "« {file} » n'est pas un CSV : la rangée qui suit la ligne {after} s'interrompt à la ligne {line}, "
    "{why} ; un guillemet est-il resté ouvert ?",
    "csv.empty": "« {file} » est vide : sa première ligne doit nommer les colonnes",
    "csv.no_rows": "« {file} » a un en-tête, mais aucune ligne",
    "csv.doubled": "« {file} » nomme une colonne deux fois : {names}",
    "csv.delimiter": "« {file} » n'a qu'une colonne, « {heading} » : indiquez ce qui sépare ses cellules avec "
    "--delimiter '{named}'",
    "delimiter.invalid": "un séparateur est un seul caractère ou 'tab', et non « {delimiter} »",
    "column.missing": "il manque dans « {file} » ce qui doit y être lu :{lines}",
    "column.known": "--{option} nomme la colonne d'un journal, et ce qui se lit avec --from {given} a ses propres "
    "colonnes",
    "column.snapshot": "--{option} nomme la colonne d'un historique, et un instantané n'en a pas",
    "column.shape": "--{option} ne dit rien de ce qui se lit avec --from {given}",
    "column.wanted": "ce qui se lit avec --from {given} demande aussi --{option}",
    "dates.invalid": "--dates prend une colonne et l'ordre de ses dates, dmy, mdy ou ymd, comme entered=dmy, et non "
    "« {given} »",
    "outcome.invalid": "--outcome prend un champ et l'étape où il clôt une affaire, comme lost_reason=lost, et non "
    "« {given} »",
    "as_of.missing": "un instantané montre les affaires à un moment donné : indiquez lequel avec --as-of",
    "payload.other": "« {file} »{place} n'est rien de ce qui se lit de {system} : il contient {why}{like}",
    "payload.invalid": "{why}",
    "payload.no_history": "aucun historique d'affaires dans {files}, donc rien à vérifier : donnez-le aussi en fichier",
    "payload.no_moves": "rien dans {files} ne dit qu'une affaire a bougé{notes}",
    "payload.unjudged": "aucune ligne de {files} ne se trouve dans un pipeline décrit : rien n'a été jugé{notes}",
    "deal.unnamed": "« {file} » ne dit pas de quelle affaire il s'agit, comme toute réponse de {system} : donnez-lui "
    "le nom de l'affaire, par exemple deal-120.json",
    "zone.unknown": "il n'y a pas de fuseau horaire « {zone} » : utilisez un nom IANA, comme 'Europe/Paris' ou 'UTC'",
    "zone.missing": "« {file} » contient des dates sans fuseau horaire ({count} de ses {rows} premières lignes, dont "
    "aucune n'est utilisable) : indiquez où elles ont été notées avec --zone, par exemple --zone Europe/Paris",
    "time.unreadable": "« {file} » ne contient aucune date lisible ({count} de ses {rows} premières lignes, dont "
    "aucune n'est utilisable) : à la ligne {row}, {why} ; écrivez les dates en ISO 8601, comme 2026-01-31T09:00",
    "as_of.invalid": "--as-of attend une date ISO 8601 avec fuseau horaire, comme 2026-01-05T09:00Z, et non "
    "« {given} »",
    "template.unknown": "il n'y a pas de modèle « {name} »{near} ; `salesflow templates` donne la liste, et un fichier "
    "à vous se termine par .toml, .yaml, .yml ou .json, ou se donne avec son dossier : ./{name}",
    "template.invalid": "{why}",
    "template.missing": "rien ne dit quelles sont les étapes : nommez un modèle avec --template{or_file}",
    "pipeline.none": "aucun pipeline ne se trouve dans {files}",
    "pipeline.unknown": "il n'y a pas de pipeline « {id} »{near} ; il y a :{pipelines}",
    "pipeline.several": "il y a plusieurs pipelines : choisissez avec --pipeline :{pipelines}",
    "new.exists": "« {file} » existe déjà, et rien n'est écrit par-dessus",
    "new.kind": "« {file} » n'est pas un nom de modèle : un modèle s'écrit en .json, .toml, .yaml ou .yml",
    "new.unwritable": "impossible d'écrire « {file} » : {why}",
    "plan.missing": "rien ne dit où mènent les étapes : nommez un plan avec --plan, ou écrivez-en un avec --draft",
    "draft.alone": "--draft écrit un plan et rien d'autre : {option} ne va pas avec",
    "plan.invalid": "« {file} » ne forme pas un plan : {why}",
    "records.missing": "rien n'est à migrer : nommez un fichier de fiches, une par ligne en JSON",
    "at.missing": "une migration a lieu à un moment donné : indiquez-le avec --at, ou essayez avec --dry-run",
    "at.invalid": "--at attend une date ISO 8601 avec fuseau horaire, comme 2026-01-05T09:00Z, et non « {given} »",
    "by.invalid": "--by ne nomme personne : {why}",
    "output.binary": "Parquet n'est pas du texte : indiquez avec --output quel fichier écrire",
    "output.read": "« {file} » est lu, et ne peut pas être écrit en même temps",
    "extra.bulk": "Parquet demande un complément : pip install 'salesflow[bulk]'",
    "output.failed": "impossible d'écrire le résultat : {why}",
}

COMMAND: dict[str, str] = {
    **{code: typeset(text) for code, text in _COMMAND.items()},
    **{f"bad_use.{code}": typeset(text) for code, text in _BAD_USE.items()},
}
"""Each text by the code that it is looked up by."""
