"""Names of columns in further languages; accents do not count (but an é), nor do blanks.

Portuguese, Russian, Polish, Czech, Turkish, Dutch, Swedish, and what Spanish, French, Italian and
Korean add to the names in `names.py`. Of several times the one that counts on comes first.
"""

from cycling.formats.columns.fields import Field

WORDS: dict[Field, tuple[str, ...]] = {
    Field.VOLTAGE: (
        *("vol", "ocv", "open circuit voltage", "ruhespannung", "leerlaufspannung"),
        *(
            "klemmenspannung",
            "u ist",
            "ist spannung",
            "istspannung",
            "pack voltage",
            "stack voltage",
            "total voltage",
        ),
        *("tensão", "voltagem", "voltaggio", "напряжение", "напряжение ячейки", "napięcie"),
        *("napětí", "gerilim", "voltaj", "celspanning", "spänning"),
    ),
    Field.CURRENT: (
        *("i ist", "iststrom", "ist strom"),
        *("intensidad", "intensité", "ток", "сила тока", "prąd", "natężenie prądu", "proud"),
        *("akım", "ström"),
    ),
    Field.TEST_TIME: (
        *("hours", "minutes", "seconds", "stunden", "minuten", "sekunden"),
        *("tempo total", "tempo de teste", "tempo di prova", "temps de test", "время теста"),
        *("время испытания", "общее время", "czas testu", "całkowity czas", "čas testu"),
        *("celkový čas", "test süresi", "toplam süre", "testtijd", "totale tijd", "testtid"),
        *("время", "czas", "čas", "zaman", "süre", "tid"),
        *("durée", "duración", "duração", "durata"),
    ),
    Field.CLOCK: (
        *("data e hora", "data hora", "дата и время", "дата время", "дата", "data i czas"),
        *("data i godzina", "datum a čas", "tarih ve saat", "tarih saat", "tarih"),
        *("datum en tijd", "datum och tid"),
    ),
    Field.POWER: ("мощность", "moc", "výkon", "güç", "effekt"),
    Field.CYCLE: (
        *("número de ciclo", "número do ciclo", "numéro de cycle", "numero ciclo", "цикл"),
        *("номер цикла", "cykl", "numer cyklu", "nr cyklu", "cyklus", "číslo cyklu", "çevrim"),
        *("döngü", "cyclus", "cyclusnummer"),
    ),
    Field.STEP_ID: (
        *("etapa", "numéro étape", "шаг", "номер шага", "krok", "numer kroku", "nr kroku"),
        *("číslo kroku", "adım", "adım no", "stapnummer", "steg"),
    ),
    Field.STEP_TIME: (
        *("tempo do passo", "tempo da etapa", "tempo passo", "temps de l étape", "время шага"),
        *("czas kroku", "čas kroku", "adım süresi", "staptijd", "stegtid"),
    ),
    Field.STATE: (
        *("statut", "modo", "режим", "состояние", "статус", "stan", "tryb", "stav", "durum"),
        *("toestand",),
    ),
    Field.CHARGE_CAPACITY: (
        *("capacidad carga", "capacidade de carga", "capacité charge", "capacità di carica"),
        *("capacità carica", "ёмкость заряда", "зарядная ёмкость", "pojemność ładowania"),
        *("nabíjecí kapacita", "kapacita nabíjení", "şarj kapasitesi", "laadcapaciteit"),
    ),
    Field.DISCHARGE_CAPACITY: (
        *("capacidad descarga", "capacidade de descarga", "capacité décharge"),
        *("capacità di scarica", "capacità scarica", "ёмкость разряда", "разрядная ёмкость"),
        *("pojemność rozładowania", "vybíjecí kapacita", "kapacita vybíjení"),
        *("deşarj kapasitesi", "ontlaadcapaciteit"),
    ),
    Field.CAPACITY: ("capacidade", "ёмкость", "pojemność", "kapacita", "kapasite", "kapacitet"),
    Field.ENERGY: ("энергия", "enerji"),
}
OPEN_WORDS = (
    *("время", "czas", "čas", "zaman", "süre", "tid", "durée", "duración", "duração", "durata"),
)
