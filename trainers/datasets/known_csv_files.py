"""The text files that Parzen knows, found in the user's data directory."""

from __future__ import annotations

from trainers.datasets.base import DatasetInfo
from trainers.datasets.csv_columns import CsvFile, SeriesReading, TableReading, TextReading
from trainers.datasets.csv_reader import CsvFormat

CALIFORNIA_HOUSING = CsvFile(
    DatasetInfo(
        name="california_housing",
        label="California housing",
        kind="table",
        task="regression",
        row_noun="districts",
        shape=(9,),
        target="median_house_value",
        n_train=12_384,
        n_validation=4_128,
        n_test=4_128,
        source="20,640 districts of the 1990 census, R. K. Pace and R. Barry 1997.",
    ),
    "california_housing.csv",
    TableReading(),
    origin="It is housing.csv of California Housing Prices on Kaggle: commas, with a header.",
)
BANK_MARKETING = CsvFile(
    DatasetInfo(
        name="bank_marketing",
        label="Bank marketing",
        kind="table",
        row_noun="calls",
        shape=(19,),
        class_names=("no", "yes"),
        target="y",
        n_train=2_471,
        n_validation=824,
        n_test=824,
        source="4,119 phone calls that offered a term deposit, S. Moro and others 2014, UCI, CC BY 4.0.",
    ),
    "bank_marketing_additional.csv",
    # how long a call took is known after it only, and a call that sells takes long
    TableReading(dropped=frozenset({"duration"})),
    CsvFormat(delimiter=";"),
    origin="It is bank-additional.csv of Bank Marketing in the UCI Machine Learning Repository: semicolons, "
    "with a header.",
)
SMS_SPAM = CsvFile(
    DatasetInfo(
        name="sms_spam",
        label="SMS spam",
        kind="text",
        row_noun="messages",
        class_names=("ham", "spam"),
        target="label",
        n_train=3_378,
        n_validation=1_098,
        n_test=1_098,
        source="5,574 text messages, some crude, T. Almeida and J. Hidalgo 2011, UCI, CC BY 4.0.",
    ),
    "sms_spam.tsv",
    TextReading("text"),
    CsvFormat(delimiter="\t", is_quoted=False, columns=("label", "text")),
    origin="It is the file SMSSpamCollection of SMS Spam Collection in the UCI Machine Learning Repository: "
    "tabs, no header.",
)
CTA_RIDERSHIP = CsvFile(
    DatasetInfo(
        name="cta_ridership",
        label="CTA ridership",
        kind="series",
        task="forecast",
        row_noun="days",
        shape=(6,),
        target="total_rides",
        season=7,
        n_train=4_583,
        n_validation=1_528,
        n_test=1_528,
        source="Daily rides on Chicago's buses and trains, 2001 to 2021, Chicago Data Portal.",
    ),
    "cta_ridership_daily.csv",
    SeriesReading(day="service_date", day_format="%m/%d/%Y", known_ahead=frozenset({"day_type"})),
    origin="It is the CSV export of CTA - Ridership - Daily Boarding Totals on the Chicago Data Portal: "
    "commas, with a header.",
)
FILES = (CALIFORNIA_HOUSING, BANK_MARKETING, SMS_SPAM, CTA_RIDERSHIP)
