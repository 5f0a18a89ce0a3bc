"""What the group sells: kitchens, one list of drinks, modifiers and the rest, as plain tables.

A row is `sku | name | course | price | cost | tags`. Prices are those of the kitchen's own
country; drinks are priced in pounds and a location's `price_factor` turns them into its money.
"""

from typing import NamedTuple


class Course(NamedTuple):
    """Where a row belongs: accounting group, tax class and the station that makes it."""

    group: str
    tax_class: str
    station: str


COURSES = {
    "starter": Course("food", "cold", "Cold kitchen"),
    "main": Course("food", "hot", "Hot kitchen"),
    "cut": Course("food", "hot", "Hot kitchen"),
    "weighed": Course("food", "hot", "Hot kitchen"),
    "set": Course("food", "hot", "Hot kitchen"),
    "side": Course("food", "hot", "Hot kitchen"),
    "sandwich": Course("food", "cold", "Cold kitchen"),
    "bakery": Course("food", "cold", "Counter"),
    "dessert": Course("dessert", "cold", "Cold kitchen"),
    "coffee": Course("coffee", "brewed", "Counter"),
    "soft": Course("soft", "soft", "Bar"),
    "beer": Course("beer", "alcohol", "Bar"),
    "glass": Course("wine", "alcohol", "Bar"),
    "bottle": Course("wine", "alcohol", "Bar"),
    "cocktail": Course("spirit", "alcohol", "Bar"),
    "spirit": Course("spirit", "alcohol", "Bar"),
    "shop": Course("shop", "goods", "Counter"),
    "heat": Course("extras", "heat", "Terrace"),
    "extras": Course("extras", "hot", "Counter"),
    "gift": Course("gift", "gift", "Counter"),
    "food add-on": Course("food", "hot", "Hot kitchen"),
    "drink add-on": Course("spirit", "alcohol", "Bar"),
    "coffee add-on": Course("coffee", "brewed", "Counter"),
    "cut choice": Course("food", "hot", "Hot kitchen"),
}

HOUSE_KITCHEN = """
OYS-06  | Half-dozen rock oysters            | starter  | 16.50 | 6.90 | seafood,sharing
SCA-03  | Seared scallops, pea purée         | starter  | 12.50 | 4.60 | seafood
SOU-01  | Soup of the day, soda bread        | starter  |  6.75 | 1.35 | vegetarian
MUS-01  | Mussels, cider and leek            | starter  |  9.50 | 3.10 | seafood
HER-02  | Pickled herring, dill potatoes     | starter  |  7.95 | 2.10 | seafood
BEE-04  | Beetroot and goat's curd           | starter  |  7.50 | 1.90 | vegetarian
TER-01  | Ham hock terrine, piccalilli       | starter  |  8.25 | 2.40 |
FIS-01  | Beer-battered haddock and chips    | main     | 16.75 | 5.20 | seafood,signature
PIE-02  | Fish pie, cheddar crust            | main     | 17.25 | 5.60 | seafood
HAK-01  | Roast hake, brown shrimp butter    | main     | 22.50 | 8.10 | seafood
LAM-01  | Lamb shoulder, white beans         | main     | 23.50 | 8.40 |
CHI-03  | Half roast chicken, bread sauce    | main     | 18.50 | 5.70 |
BUR-01  | Dry-aged burger, smoked cheddar    | main     | 15.95 | 4.90 | signature
RIS-01  | Wild mushroom risotto              | main     | 15.25 | 3.60 | vegetarian
CAU-01  | Charred cauliflower, tahini        | main     | 14.50 | 3.10 | vegan
PAS-02  | Crab linguine, chilli              | main     | 19.95 | 6.80 | seafood
STK-00  | Steak of the day                   | cut      |  0.00 | 0.00 | signature
FSH-KG  | Market fish on the bone, per kg    | weighed  | 44.00 | 17.5 | seafood
SET-02  | Two-course lunch                   | set      | 19.50 | 5.90 | set menu
SET-03  | Three-course lunch                 | set      | 24.50 | 7.40 | set menu
CHP-01  | Skin-on chips                      | side     |  4.75 | 0.80 | vegan
GRE-01  | Seasonal greens                    | side     |  4.50 | 0.95 | vegan
SAL-01  | Leaf salad                         | side     |  4.25 | 0.85 | vegan
BRE-01  | Sourdough, seaweed butter          | side     |  4.50 | 0.70 | vegetarian
SAN-01  | Crab and lemon mayonnaise roll     | sandwich |  9.75 | 3.40 | seafood,lunch
SAN-02  | Cheddar and chutney sandwich       | sandwich |  6.25 | 1.60 | vegetarian,lunch
SAN-03  | Smoked salmon bagel                | sandwich |  7.95 | 2.70 | seafood,lunch
CRO-01  | Butter croissant                   | bakery   |  2.95 | 0.80 | vegetarian
SCO-01  | Fruit scone, jam and cream         | bakery   |  4.25 | 1.05 | vegetarian
STI-01  | Sticky toffee pudding              | dessert  |  7.50 | 1.60 | vegetarian
LEM-01  | Lemon posset, shortbread           | dessert  |  7.25 | 1.40 | vegetarian
CHE-05  | Five cheeses, oat biscuits         | dessert  | 11.50 | 4.10 | vegetarian,sharing
ICE-02  | Two scoops                         | dessert  |  5.00 | 0.90 | vegetarian
"""

PARIS_KITCHEN = """
HUI-06  | Six huîtres fines de claire        | starter  | 17.00 | 7.20 | mer,à partager
OEU-01  | Œufs mayonnaise                    | starter  |  7.50 | 1.20 | végétarien
POI-01  | Poireaux vinaigrette, noisettes    | starter  |  9.00 | 1.80 | végétalien
SOU-01  | Soupe à l'oignon gratinée          | starter  | 10.50 | 2.10 |
TER-01  | Pâté en croûte maison              | starter  | 12.00 | 3.60 |
HAR-01  | Harengs, pommes à l'huile          | starter  |  9.50 | 2.30 | mer
TAR-02  | Tartare de daurade, agrumes        | starter  | 13.50 | 4.90 | mer
STK-00  | Pièce de bœuf au choix             | cut      |  0.00 | 0.00 | signature
MER-01  | Merlu rôti, beurre blanc           | main     | 24.00 | 8.60 | mer
MOU-01  | Moules marinières, frites          | main     | 17.50 | 4.80 | mer
CAN-01  | Confit de canard, pommes sarladaises | main   | 22.50 | 7.10 | signature
BLA-01  | Blanquette de veau à l'ancienne    | main     | 21.00 | 6.90 |
JAM-01  | Jambonneau, lentilles vertes       | main     | 18.50 | 5.20 |
RIS-01  | Risotto aux cèpes                  | main     | 19.00 | 4.70 | végétarien
AUB-01  | Aubergine rôtie, labneh            | main     | 16.50 | 3.40 | végétarien
CRO-02  | Croque-madame, salade              | main     | 14.50 | 3.30 |
BOU-01  | Bouillabaisse du vendredi          | main     | 29.00 | 11.2 | mer,signature
POI-KG  | Poisson de la criée, au kilo       | weighed  | 58.00 | 22.0 | mer
FOR-02  | Formule midi, deux plats           | set      | 21.50 | 6.40 | formule
FOR-03  | Formule midi, trois plats          | set      | 26.50 | 7.90 | formule
FRI-01  | Frites maison                      | side     |  5.50 | 0.90 | végétalien
HAV-01  | Haricots verts, échalotes          | side     |  5.50 | 1.10 | végétalien
SAL-01  | Salade verte                       | side     |  5.00 | 0.90 | végétalien
PUR-01  | Purée au beurre                    | side     |  5.50 | 1.00 | végétarien
SAN-01  | Jambon-beurre                      | sandwich |  6.90 | 1.70 | midi
SAN-02  | Pan-bagnat                         | sandwich |  8.50 | 2.40 | mer,midi
CRO-01  | Croissant                          | bakery   |  1.90 | 0.55 | végétarien
PAI-01  | Pain au chocolat                   | bakery   |  2.20 | 0.65 | végétarien
TAR-01  | Tarte fine aux pommes              | dessert  |  9.50 | 2.00 | végétarien
MOU-02  | Mousse au chocolat                 | dessert  |  8.50 | 1.60 | végétarien
ILE-01  | Île flottante                      | dessert  |  8.50 | 1.30 | végétarien
FRO-05  | Assiette de cinq fromages          | dessert  | 14.00 | 5.10 | végétarien,à partager
"""

BAY_KITCHEN = """
OYS-06  | Oysters on the half shell, six     | starter  | 19.00 | 7.80 | seafood,sharing
CHO-01  | Clam chowder, oyster crackers      | starter  |  9.50 | 2.30 | seafood,signature
CAL-01  | Fried calamari, pepperoncini       | starter  | 14.00 | 4.10 | seafood
WED-01  | Wedge salad, blue cheese           | starter  | 11.50 | 2.80 | vegetarian
WIN-08  | Smoked wings, eight                | starter  | 13.50 | 4.20 |
CEV-01  | Halibut ceviche, avocado           | starter  | 16.00 | 5.90 | seafood
LOB-01  | Lobster roll, drawn butter         | main     | 31.00 | 13.4 | seafood,signature
FIS-01  | Fish fry, slaw                     | main     | 21.00 | 6.20 | seafood
SAL-02  | Cedar-plank salmon                 | main     | 27.50 | 9.80 | seafood
CRA-01  | Crab cakes, remoulade              | main     | 28.00 | 10.9 | seafood
SHR-01  | Shrimp and grits                   | main     | 23.50 | 7.20 | seafood
BUR-01  | Double smash burger                | main     | 17.50 | 5.10 | signature
CHI-02  | Buttermilk fried chicken           | main     | 20.50 | 5.60 |
MAC-01  | Baked mac and cheese               | main     | 16.00 | 3.40 | vegetarian
BOW-01  | Harvest grain bowl                 | main     | 16.50 | 3.90 | vegan
STK-00  | Steakhouse cut                     | cut      |  0.00 | 0.00 | signature
CRB-LB  | Whole crab, market price per lb    | weighed  | 38.00 | 17.0 | seafood
SET-02  | Dockside lunch for one             | set      | 18.00 | 5.20 | set menu
FRY-01  | Old-style fries                    | side     |  6.50 | 1.00 | vegan
COR-01  | Charred corn, lime                 | side     |  7.00 | 1.40 | vegetarian
SLA-01  | Vinegar slaw                       | side     |  5.00 | 0.80 | vegan
GRE-01  | Braised greens                     | side     |  6.50 | 1.30 |
BIS-02  | Two biscuits, honey butter         | side     |  6.00 | 1.10 | vegetarian
SAN-01  | Tuna melt                          | sandwich | 14.50 | 4.00 | seafood,lunch
SAN-02  | Turkey club                        | sandwich | 15.00 | 4.20 | lunch
SAN-03  | Veggie hoagie                      | sandwich | 12.50 | 3.10 | vegetarian,lunch
MUF-01  | Blueberry muffin                   | bakery   |  4.25 | 0.95 | vegetarian
COO-01  | Sea-salt chocolate cookie          | bakery   |  3.75 | 0.70 | vegetarian
KEY-01  | Key lime pie                       | dessert  |  9.50 | 2.10 | vegetarian
SUN-01  | Hot fudge sundae                   | dessert  |  9.00 | 1.90 | vegetarian
COB-01  | Peach cobbler, à la mode           | dessert  | 10.00 | 2.20 | vegetarian
"""

MONTREAL_KITCHEN = """
HUI-06  | Huîtres du Golfe, six              | starter  | 21.00 | 8.60 | mer,à partager
SOU-01  | Soupe aux pois                     | starter  |  9.00 | 1.70 |
BET-01  | Betteraves, cheddar vieilli        | starter  | 13.00 | 3.00 | végétarien
TAR-02  | Tartare de saumon                  | starter  | 17.50 | 6.10 | mer
CRE-01  | Cretons, pain de ménage            | starter  | 10.50 | 2.20 |
GRA-01  | Gravlax à l'érable                 | starter  | 16.00 | 5.40 | mer
POU-01  | Poutine du port                    | main     | 16.50 | 4.20 | signature
POU-02  | Poutine au homard                  | main     | 29.00 | 11.8 | mer,signature
TOU-01  | Tourtière, ketchup aux fruits      | main     | 22.00 | 6.30 |
MOR-01  | Morue rôtie, beurre noisette       | main     | 31.00 | 11.0 | mer
FLE-01  | Flétan, courge et sauge            | main     | 38.00 | 14.9 | mer
CAN-01  | Magret laqué à l'érable            | main     | 34.00 | 12.2 | signature
BUR-01  | Burger de bison                    | main     | 23.50 | 7.90 |
GNO-01  | Gnocchis aux champignons           | main     | 24.00 | 5.60 | végétarien
BOL-01  | Bol végétalien, miso               | main     | 19.50 | 4.30 | végétalien
STK-00  | Coupe de bœuf du jour              | cut      |  0.00 | 0.00 | signature
HOM-KG  | Homard entier, au kilo             | weighed  | 62.00 | 28.0 | mer
TAB-02  | Table d'hôte du midi               | set      | 27.00 | 7.80 | table d'hôte
TAB-03  | Table d'hôte du soir               | set      | 49.00 | 15.5 | table d'hôte
FRI-01  | Frites                             | side     |  7.00 | 1.10 | végétalien
SAL-01  | Petite salade                      | side     |  7.50 | 1.40 | végétalien
LEG-01  | Légumes racines rôtis              | side     |  8.50 | 1.60 | végétalien
PAI-01  | Pain au levain, beurre             | side     |  5.50 | 0.90 | végétarien
SAN-01  | Guédille aux crevettes             | sandwich | 19.00 | 6.20 | mer,midi
SAN-02  | Sandwich à la viande fumée         | sandwich | 16.50 | 4.90 | midi
CRO-01  | Croissant                          | bakery   |  3.75 | 0.85 | végétarien
BEI-01  | Beigne à l'érable                  | bakery   |  3.95 | 0.75 | végétarien
PUD-01  | Pouding chômeur                    | dessert  | 10.50 | 1.90 | végétarien
TAR-01  | Tarte au sucre                     | dessert  | 10.00 | 1.80 | végétarien
GLA-02  | Deux boules de glace               | dessert  |  8.00 | 1.50 | végétarien
FRO-04  | Quatre fromages d'ici              | dessert  | 19.00 | 7.00 | végétarien,à partager
"""

DRINKS = """
ESP-01  | Espresso             / Espresso                   | coffee   |  2.60 | 0.40 |
FLW-01  | Flat white           / Flat white                 | coffee   |  3.50 | 0.60 |
CAP-01  | Cappuccino           / Cappuccino                 | coffee   |  3.60 | 0.60 |
FIL-01  | Filter coffee        / Café filtre                | coffee   |  2.90 | 0.35 |
TEA-01  | Pot of tea           / Thé                        | coffee   |  3.10 | 0.30 |
CHO-09  | Hot chocolate        / Chocolat chaud             | coffee   |  3.90 | 0.80 |
WAT-50  | Still water 50 cl    / Eau plate 50 cl            | soft     |  2.75 | 0.45 |
WAT-75  | Sparkling water 75 cl / Eau gazeuse 75 cl         | soft     |  4.25 | 0.70 |
COL-01  | Cola                 / Cola                       | soft     |  3.40 | 0.60 |
LEM-09  | Cloudy lemonade      / Limonade trouble           | soft     |  3.75 | 0.55 |
GIN-00  | Ginger beer          / Bière de gingembre         | soft     |  3.75 | 0.70 |
JUI-01  | Pressed apple juice  / Jus de pomme pressé        | soft     |  3.60 | 0.80 | local
LAG-01  | House lager, pint    / Blonde pression            | beer     |  5.90 | 1.50 |
IPA-01  | Pale ale, pint       / Bière ambrée               | beer     |  6.30 | 1.70 | local
STO-01  | Oyster stout         / Stout aux huîtres          | beer     |  6.40 | 1.80 | local
CID-01  | Dry cider            / Cidre brut                 | beer     |  5.80 | 1.50 |
WHI-17  | House white, glass   / Verre de blanc             | glass    |  6.50 | 1.60 |
RED-17  | House red, glass     / Verre de rouge             | glass    |  6.50 | 1.60 |
SPA-12  | Sparkling, glass     / Coupe de bulles            | glass    |  8.50 | 2.40 |
WHI-75  | Coastal white        / Blanc de la côte           | bottle   | 29.00 | 9.50 |
RED-75  | Hillside red         / Rouge des coteaux          | bottle   | 32.00 | 10.5 |
ROS-75  | Pale rosé            / Rosé pâle                  | bottle   | 30.00 | 9.90 |
SPA-75  | House sparkling      / Bulles maison              | bottle   | 42.00 | 14.5 | celebration
NEG-01  | Negroni              / Negroni                    | cocktail | 10.50 | 2.60 |
SPR-01  | Elderflower spritz   / Spritz au sureau           | cocktail |  9.75 | 2.30 |
GNT-01  | Gin and tonic        / Gin tonic                  | spirit   |  8.75 | 2.10 |
WHY-01  | Single malt          / Whisky single malt         | spirit   |  9.50 | 2.80 |
"""

REST = """
SHO-01  | Jar of smoked sea salt / Bocal de sel fumé        | shop     |  6.50 | 2.20 | gift
SHO-02  | House marmalade        / Confiture maison         | shop     |  5.75 | 1.90 | gift
HEA-01  | Terrace heater         / Chauffage de terrasse    | heat     |  4.00 | 1.50 |
SPE-01  | Chef's special ⭐       / Suggestion du chef ⭐      | extras   | 21.00 | 7.00 | special
ALL-01  | Goodwill allowance     / Geste commercial         | extras   | -5.00 | 0.00 |
COR-09  | Event supplement       / Supplément événement     | extras   | 10.00 | 0.00 |
GIF-01  | Gift card              / Carte cadeau             | gift     | 50.00 | 0.00 |
OLD-01  | Summer lobster salad   / Salade de homard d'été   | main     | 24.00 | 9.00 | seasonal
"""

MODIFIERS = """
MOD-RAR | Medium rare            / À point                  | food add-on   | 0.00 | 0.00 |
MOD-WEL | Well done              / Bien cuit                | food add-on   | 0.00 | 0.00 |
MOD-NON | No onion               / Sans oignon              | food add-on   | 0.00 | 0.00 |
MOD-SAU | Sauce on the side      / Sauce à part             | food add-on   | 0.00 | 0.00 |
MOD-EGG | Fried egg              / Œuf au plat              | food add-on   | 1.50 | 0.30 |
MOD-CHE | Extra cheese           / Supplément fromage       | food add-on   | 2.00 | 0.55 |
MOD-OAT | Oat milk               / Lait d'avoine            | coffee add-on | 0.50 | 0.15 |
MOD-SHO | Extra shot             / Double dose              | coffee add-on | 0.80 | 0.20 |
MOD-ICE | No ice                 / Sans glaçons             | drink add-on  | 0.00 | 0.00 |
MOD-LIM | With lime              / Avec citron vert         | drink add-on  | 0.00 | 0.00 |
CUT-250 | Rump 250 g             / Rumsteck 250 g           | cut choice    | 24.00 | 8.90 |
CUT-300 | Rib-eye 300 g          / Entrecôte 300 g          | cut choice    | 31.00 | 12.4 |
CUT-500 | T-bone 500 g           / Côte 500 g               | cut choice    | 42.00 | 17.5 |
"""

KITCHENS = {
    "house": HOUSE_KITCHEN,
    "paris": PARIS_KITCHEN,
    "bay": BAY_KITCHEN,
    "montreal": MONTREAL_KITCHEN,
}


class Row(NamedTuple):
    """One row of a menu table, still as text; `name` is in the language asked for."""

    sku: str
    name: str
    course: str
    price: str
    cost: str
    tags: tuple[str, ...]


def read_rows(table: str, language: str) -> list[Row]:
    """The rows of a table; of two names the second is the French one."""
    return [_row(text, language) for text in table.strip().splitlines()]


def _row(text: str, language: str) -> Row:
    sku, names, course, price, cost, tags = (cell.strip() for cell in text.split("|"))
    english, _, french = (name.strip() for name in names.partition(" / "))
    name = french if french and language == "fr" else english
    return Row(sku, name, course, price, cost, tuple(tags.split(",")) if tags else ())
