"""French findings: what an audit tells, and what is noted beside it."""

from __future__ import annotations

FINDINGS: dict[str, str] = {
    # where a deal is, and came from
    "unknown_stage": "il n'y a pas d'étape « {stage} »",
    "unknown_stage.near": "il n'y a pas d'étape « {stage} » ; la plus proche est « {near} »",
    "gap.log": "elle quitte « {told} », alors que l'affaire était dans « {stage} »",
    "gap.record": "elle quitte « {told} », alors que la fiche était dans « {stage} »",
    "gap.replay": "elle quitte « {told} », alors que la fiche est dans « {stage} »",
    "incomplete": "le journal commence quand l'affaire quitte « {told} »",
    "incomplete.older": "l'affaire a été créée plus tôt, et le journal commence dans « {stage} »",
    "repeated_stage": "l'affaire est déjà dans « {stage} »",
    "reused_id": "une affaire de cet identifiant a déjà été créée ; celle-ci porte le numéro {number}",
    "reused_id.row": "la ligne {row} porte aussi cet identifiant, avec une autre étape",
    "duplicate.row": "mêmes affaire et étape que la ligne {row}",
    "duplicate": "mêmes affaire, étape et date qu'une autre ligne",
    "wrong_end.stage": "son historique s'arrête à « {past} », alors qu'elle est dans « {now} »",
    "wrong_end.open": "« {stage} » est ouverte, alors que l'affaire a la date de clôture {day}",
    "wrong_end.undated": "« {stage} » est fermée, alors que l'affaire n'a pas de date de clôture",
    "wrong_end.template": "son historique s'arrête sous {past}, alors qu'elle indique {now}",
    "wrong_end.left": "son historique a quitté « {past} », alors qu'elle indique « {now} »",
    # when it happened
    "time_back.log": "elle quitte « {told} », que l'affaire n'a atteinte que plus tard, le {later}",
    "time_back.dates": "elle est arrivée dans « {stage} » le {at}, et dans « {earlier} » seulement le {last}",
    "time_back.record": "c'est arrivé avant le changement du {last}",
    "future_time": "la date est postérieure au {now}",
    "closing_date_passed": "la conclusion était prévue le {due}",
    "ambiguous_order": "certains ordres des événements de cette date sont conformes, d'autres non : le plus favorable "
    "a été retenu",
    "ambiguous_order.many": "{count} événements à la même date : c'est trop pour en essayer tous les ordres",
    # what a change says of itself
    "number_gap": "le changement {number} se trouve là où on attend le numéro {due}",
    "wrong_start.record": "le changement {number} ne peut pas être de la sorte « {kind} »",
    "wrong_start.replay": "une fiche dans « {stage} » ne peut pas connaître un changement « {kind} »",
    "wrong_kind": "ce passage est de la sorte « {found} », et il est enregistré comme « {kind} »",
    "wrong_kind.update": "une mise à jour reste dans son étape, et celle-ci arrive à « {stage} »",
    "wrong_kind.migration": "une migration mène à une autre version d'un modèle, et celle-ci reste dans la sienne",
    "outcome_changed": "« {source} » et « {target} » n'ont pas la même issue, et la migration ne dit pas que c'est "
    "voulu",
    "unmigrated": "ce changement suit {ref}, et le précédent {before} : rien n'a migré la fiche",
    "updated_while_closed": "« {stage} » est close, et la politique verrouille ce qui est clos",
    "ground_missing": "dérogation à {keys} sans motif",
    "unknown_template": "aucun modèle {ref} n'a été fourni",
    "changed_template": "{ref} n'est pas la définition fournie",
    "unknown_field": "il n'y a pas de champ « {field} »",
    "unknown_field.reserved": "« {field} » n'est modifié que par les modèles",
    "unreadable_field": "« {field} » : {error}",
    "unreadable_field.left": "left : {left} n'est pas une étape qu'a pu quitter une fiche placée dans « {stage} »",
    # what is no change and no row
    "bad_row.record": "on attend une fiche, et non {type}",
    "bad_row.change": "on attend un changement, et non {type}",
    "bad_row.replay": "on rejoue les changements d'une fiche {wanted}, et non {type}",
    "bad_row.failed": "la ligne est illisible : {error}",
    "bad_row.type": "une ligne associe des colonnes à des cellules, et n'est pas de type {type}",
    "bad_row.long": "la ligne a plus de cellules que le journal n'a de colonnes",
    "bad_row.no_deal": "la colonne « {column} » ne nomme aucune affaire",
    "bad_row.no_stage": "la colonne « {column} » ne nomme aucune étape",
    "bad_row.name": "la colonne « {column} » contient une valeur de type {type}, et non un nom",
    "bad_row.large": "la colonne « {column} » contient {length} caractères",
    "bad_row.character": "la colonne « {column} » contient un caractère qui ne peut pas s'afficher : {shown}",
    "bad_time": "la colonne « {column} » contient {shown}, ce qui n'est pas une date ISO 8601",
    "bad_time.calendar": "la date sort du calendrier ({error})",
    "naive_time": "la date {time} n'a pas de fuseau horaire, et aucun n'a été indiqué",
    "ambiguous_time": "la date {time} existe deux fois ou n'existe pas dans {zone}, au changement d'heure",
}

NOTES: dict[str, str] = {
    "no_grounds": "le journal n'a pas de colonne pour les motifs",
    "twice": "l'affaire y est peut-être passée deux fois",
    "elsewhere": "d'autres lignes de cette affaire se trouvent peut-être ailleurs",
    "hole": "une ligne de cette affaire était illisible",
    "once": "demandé une fois dans ce journal, ici d'abord",
    "times": "demandé {times} fois dans ce journal, ici d'abord",
}
