"""Currencies, countries and time zones that exist.

Countries and zones are those of the tz database (package `tzdata`: `iso3166.tab` and `zones`).
"""

from functools import cache
from importlib.resources import files

# ISO 4217, list one (active codes) as of 2026, without funds, metals and testing codes.
_ACTIVE = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD
    CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS
    GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW
    KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR
    MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR
    SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX
    USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
_REPLACED = {"ANG", "BGN"}  # in 2025 and 2026, and still in books of before

CURRENCIES = frozenset(_ACTIVE.split()) | _REPLACED


@cache
def countries() -> frozenset[str]:
    """ISO 3166-1 alpha-2 codes."""
    rows = files("tzdata").joinpath("zoneinfo/iso3166.tab").read_text().splitlines()
    return frozenset(row[:2] for row in rows if row and not row.startswith("#"))


@cache
def timezones() -> frozenset[str]:
    """Names of the tz database, in their exact spelling."""
    return frozenset(files("tzdata").joinpath("zones").read_text().split()) - {"Factory"}
