"""What the sample says, in five languages, and the JSON forms in which the database holds it."""
# ruff: noqa: RUF001, E501 - Chinese uses full-width punctuation; a text is one line in all its languages

from collections.abc import Mapping, Sequence
from random import Random
from typing import TypeAlias, TypeVar

import msgspec

from concordia_sql.tools.sample.block import Row, or_null

T = TypeVar("T")

LANGUAGES = ("fr", "en", "ar", "zh")
REGION = "pt-BR"
ALL_LANGUAGES = (*LANGUAGES, REGION)

MISSING = "de"
"""A language that nothing is written in: its text is an empty string or null where a form has it."""

ARTICLE_BYTES = 600

Text: TypeAlias = Mapping[str, str]
"""One text by language."""


def _texts(table: str) -> list[Text]:
    """A text in ALL_LANGUAGES from each line."""
    return [dict(zip(ALL_LANGUAGES, line.split(" | "), strict=True)) for line in table.strip().splitlines()]


GIVEN_NAMES = _texts("""
John | John | جون | 约翰 | John
Amina | Amina | أمينة | 阿米娜 | Amina
Fang | Fang | فانغ | 芳 | Fang
Zoé | Zoe | زوي | 佐伊 | Zoé
João | Joao | جواو | 若昂 | João
Karim | Karim | كريم | 卡里姆 | Karim
Mary | Mary | ماري | 玛丽 | Mary
Wei | Wei | وي | 伟 | Wei
""")
"""By person, the first John Doe."""

FAMILY_NAMES = _texts("""
Doe | Doe | دو | 多伊 | Doe
Haddad | Haddad | حداد | 哈达德 | Haddad
Wang | Wang | وانغ | 王 | Wang
Lefèvre | Lefevre | لوفيفر | 勒费弗尔 | Lefèvre
Araújo | Araujo | أراوجو | 阿劳若 | Araújo
Nasser | Nasser | ناصر | 纳赛尔 | Nasser
O'Brien | O'Brien | أوبراين | 奥布赖恩 | O'Brien
Zhang | Zhang | تشانغ | 张 | Zhang
""")
"""By person, in the same order."""

JOBS = _texts("""
Rédactrice | Editor | محررة | 编辑 | Redatora
Photographe | Photographer | مصور | 摄影师 | Fotógrafo
Développeuse | Developer | مطورة | 开发者 | Desenvolvedora
""")

HEADLINES = _texts("""
Une matinée au marché | A morning at the market | صباح في السوق | 市场的清晨 | Uma manhã no mercado
Apprendre une langue à tout âge | Learning a language at any age | تعلم لغة في كل عمر | 活到老学到老 | Aprender uma língua em qualquer idade
Le jardin sur le toit | The garden on the roof | الحديقة على السطح | 屋顶花园 | O jardim no telhado
Réparer plutôt que jeter | Repair before you throw away | أصلح قبل أن ترمي | 先修理再丢弃 | Consertar antes de jogar fora
Voyager lentement en train | Slow travel by train | السفر البطيء بالقطار | 乘火车慢游 | Viajar devagar de trem
Trois recettes d'hiver | Three winter recipes | ثلاث وصفات شتوية | 三道冬日食谱 | Três receitas de inverno
La bibliothèque du quartier | The library next door | مكتبة الحي | 隔壁的图书馆 | A biblioteca do bairro
""")

REMARKS = _texts("""
Merci pour cet article ! | Thank you for this! | شكرا على المقال! | 谢谢分享！ | Obrigado pelo texto!
Je ne suis pas tout à fait d'accord. | I do not quite agree. | لا أتفق تماما. | 我不太同意。 | Não concordo totalmente.
Exactement ce que je cherchais. | Exactly what I was looking for. | هذا بالضبط ما كنت أبحث عنه. | 正是我要找的。 | Exatamente o que eu procurava.
Où peut-on en savoir plus ? | Where can one learn more? | أين يمكن معرفة المزيد؟ | 在哪里可以了解更多？ | Onde posso saber mais?
Un travail soigné, et à l'heure. | Careful work, and on time. | عمل متقن وفي الموعد. | 做得仔细，也很准时。 | Trabalho cuidadoso e pontual.
""")

WORDS = _texts("""
jardin | garden | حديقة | 花园 | jardim
ville | city | مدينة | 城市 | cidade
mot clé | keyword | كلمة مفتاحية | 关键词 | palavra-chave
train | train | قطار | 火车 | trem
été | summer | صيف | 夏天 | verão
""")

PLACES = _texts("""
Lyon | Lyon | ليون | 里昂 | Lyon
Marrakech | Marrakesh | مراكش | 马拉喀什 | Marrakech
Shanghai | Shanghai | شنغهاي | 上海 | Xangai
Lisbonne | Lisbon | لشبونة | 里斯本 | Lisboa
Montréal | Montreal | مونتريال | 蒙特利尔 | Montreal
""")

SERVICES = _texts("""
Cours de français à domicile | French lessons at home | دروس فرنسية في المنزل | 上门法语课 | Aulas de francês em casa
Réparation de vélos | Bicycle repair | إصلاح الدراجات | 自行车维修 | Conserto de bicicletas
Taille de haies | Hedge trimming | تقليم السياج | 修剪树篱 | Poda de cercas vivas
Massage assis au bureau | Chair massage at work | تدليك في المكتب | 办公室按摩 | Massagem no escritório
""")

BLOG_CATEGORIES = _texts("""
Technologie | Technology | تكنولوجيا | 技术 | Tecnologia
Développement web | Web Development | تطوير الويب | 网页开发 | Desenvolvimento web
React | React | رياكت | React | React
Hooks | Hooks | هوكس | 钩子 | Hooks
Vue | Vue | فيو | Vue | Vue
Mobile | Mobile | الجوال | 移动端 | Celular
React Native | React Native | رياكت نيتيف | React Native | React Native
Culture | Culture | ثقافة | 文化 | Cultura
Livres | Books | كتب | 书籍 | Livros
Romans | Novels | روايات | 小说 | Romances
Voyages | Travel | سفر | 旅行 | Viagens
Asie | Asia | آسيا | 亚洲 | Ásia
Actualités | News | أخبار | 新闻 | Notícias
Archives | Archive | أرشيف | 档案 | Arquivo
""")

BLOG_CATEGORY_PARENTS = [None, 0, 1, 2, 1, 0, 5, None, 7, 8, None, 10, None, None]
"""Each category's parent by its place in the list, None for a root."""

SERVICE_CATEGORIES = _texts("""
Cours | Lessons | دروس | 课程 | Aulas
Langues | Languages | لغات | 语言 | Idiomas
Français | French | الفرنسية | 法语 | Francês
Examens | Exams | امتحانات | 考试 | Exames
Musique | Music | موسيقى | 音乐 | Música
Maison | Home | المنزل | 家居 | Casa
Réparations | Repairs | إصلاحات | 维修 | Consertos
Plomberie | Plumbing | سباكة | 管道 | Encanamento
Jardin | Garden | حديقة | 花园 | Jardim
Bien-être | Wellness | عافية | 健康 | Bem-estar
Autres | Other | أخرى | 其他 | Outros
""")

SERVICE_CATEGORY_PARENTS = [None, 0, 1, 2, 0, None, 5, 6, 5, None, None]

SENTENCES = {
    "fr": [
        "À {place}, les étals ouvrent avant l'aube et les voisins se saluent déjà.",
        "Nous avons passé trois jours à {place}, carnet en main, sans rien prévoir.",
        "Le plus difficile n'est pas de commencer, nous disait un artisan de {place}.",
        "Il a plu toute la semaine ; {place} n'en était que plus belle.",
        "Pour aller plus loin, l'atelier de {place} reçoit chaque premier samedi du mois.",
    ],
    "en": [
        "In {place} the stalls open before dawn, and neighbours are already greeting each other.",
        "We spent three days in {place}, notebook in hand, with nothing planned.",
        "Starting is not the hard part, a craftsman in {place} told us.",
        "It rained all week, and {place} was all the more beautiful for it.",
        "To go further, the workshop in {place} is open on the first Saturday of each month.",
    ],
    "ar": [
        "في {place} تفتح الأكشاك قبل الفجر ويتبادل الجيران التحية.",
        "أمضينا ثلاثة أيام في {place} ومعنا دفتر، دون أي خطة.",
        "قال لنا حرفي من {place} إن البداية ليست هي الصعبة.",
        "هطل المطر طوال الأسبوع، فصارت {place} أجمل.",
        "للمزيد، تستقبل ورشة {place} الزوار في أول سبت من كل شهر.",
    ],
    "zh": [
        "在{place}，摊位天亮前就开张了，邻居们互相问好。",
        "我们带着笔记本在{place}待了三天，没有任何计划。",
        "{place}的一位工匠告诉我们，开始并不是最难的。",
        "整个星期都在下雨，{place}却显得更美。",
        "想了解更多，{place}的工作坊每月第一个星期六开放。",
    ],
    REGION: [
        "Em {place}, as barracas abrem antes do amanhecer e os vizinhos já se cumprimentam.",
        "Passamos três dias em {place}, caderno na mão, sem nada planejado.",
        "Começar não é o mais difícil, contou um artesão de {place}.",
    ],
}


def to_json(value: object) -> str:
    """A value as JSON text."""
    return msgspec.json.encode(value).decode()


def nth(values: Sequence[T], index: int) -> T:
    """The value at that index, round and round."""
    return values[index % len(values)]


def localized(text: Text, form: int, languages: Sequence[str] = LANGUAGES) -> str:
    """A text as the JSON of a localized column, in one of the seven forms that such columns hold."""
    values: dict[str, str | None] = {language: text[language] for language in languages}
    match form % 7:
        case 1:
            return to_json(text[languages[0]])
        case 2:
            values[MISSING] = ""
        case 3:
            values[MISSING] = None
        case 4:
            values[REGION] = text[REGION]
        case 6:
            values = {language: f"{value} 🎉👍🏽" for language, value in values.items()}
        case _:
            pass
    return to_json(values)


def localized_or_null(text: Text, index: int, languages: Sequence[str] = LANGUAGES) -> str | None:
    """A text in the form of that index, or None in every ninth row."""
    return or_null(localized(text, index, languages), index, 9)


def keywords(form: int, languages: Sequence[str] = LANGUAGES) -> str:
    """Three keywords as the JSON of a keywords column, in one of the eight forms that such columns hold."""
    words = [nth(WORDS, form + step) for step in range(3)]
    lists: dict[str, list[str] | str | None] = {language: [word[language] for word in words] for language in languages}
    first = [word[languages[0]] for word in words]
    match form % 8:
        case 1:
            return to_json(first)
        case 2:
            return to_json(", ".join(first))
        case 3:
            lists[MISSING] = []
        case 4:
            return to_json([])
        case 5:
            lists[REGION] = [word[REGION] for word in words]
        case 6:
            lists[MISSING] = None
        case 7:
            lists = {languages[0]: ", ".join(first), MISSING: ""}
        case _:
            pass
    return to_json(lists)


def links(name: str, form: int) -> str:
    """Someone's pages elsewhere as the JSON of a same_as column: a list, an empty list or one plain string."""
    pages = [f"https://social.example/{name}", f"https://{name}.example/about"]
    return to_json([pages, [], pages[0]][form % 3])


def seo(title: Text, description: Text, path: str, index: int, languages: Sequence[str] = LANGUAGES) -> Row:
    """The columns for search engines. An address takes every form of a localized text but the one with emoji."""
    urls = {language: f"https://concordia.example/{language}/{path}" for language in ALL_LANGUAGES}
    return {
        "seo_title": localized_or_null(title, index, languages),
        "seo_description": localized_or_null(description, index, languages),
        "seo_keywords": or_null(keywords(index, languages), index, 9),
        "canonical_url": or_null(localized(urls, index % 6, languages), index, 9),
    }


def full_name(person: int, language: str) -> str:
    """A person's name, as the language orders its parts."""
    given, family = nth(GIVEN_NAMES, person)[language], nth(FAMILY_NAMES, person)[language]
    return family + given if language == "zh" else f"{given} {family}"


def full_names(person: int) -> Text:
    """A person's name in every language."""
    return {language: full_name(person, language) for language in ALL_LANGUAGES}


def sentence(language: str, random: Random) -> str:
    """One sentence about one place."""
    return random.choice(SENTENCES[language]).format(place=random.choice(PLACES)[language])


def article(language: str, random: Random) -> str:
    """Paragraphs of about ARTICLE_BYTES bytes of UTF-8 in all."""
    sentences: list[str] = []
    size = 0
    while size < ARTICLE_BYTES:
        sentences.append(sentence(language, random))
        size += len(sentences[-1].encode())
    space = "" if language == "zh" else " "
    return "\n\n".join(space.join(sentences[start : start + 5]) for start in range(0, len(sentences), 5))


def in_languages(count: int) -> list[tuple[int, str]]:
    """The translations of that many posts or services, by index and language.

    Each is in four languages; some are in French alone, one also in Brazilian Portuguese, one in none.
    """
    exceptions = {11: [], 12: ALL_LANGUAGES} | {i: ["fr"] for i in range(3, count, 10)}
    return [(i, language) for i in range(count) for language in exceptions.get(i, LANGUAGES)]


def slug_of(title: Text, number: int) -> str:
    """A title as part of an address, made unique by a number."""
    return f"{title['en'].lower().replace(' ', '-')}-{number}"
