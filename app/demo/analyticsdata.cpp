#include "app/demo/analyticsdata.h"

#include "server/storage/database.h"

#include <QByteArray>

#include <array>
#include <chrono>

namespace provost::app {

namespace {

constexpr int customersCount = 12'000;
constexpr int transactionsCount = 90'000;
constexpr int dealsCount = 6'000;
constexpr int notesCount = 4'000;

constexpr std::chrono::sys_days firstDay = std::chrono::year{2023} / 1 / 1;
constexpr std::chrono::sys_days lastDay = std::chrono::year{2026} / 6 / 30;

constexpr const char *schema = R"(
CREATE TABLE customers(
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    region TEXT NOT NULL,
    country TEXT NOT NULL,
    segment TEXT NOT NULL,
    contact TEXT NOT NULL,
    email TEXT NOT NULL,
    customer_since TEXT NOT NULL);
CREATE TABLE transactions(
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers(id),
    region TEXT NOT NULL,
    booked_on TEXT NOT NULL,
    product TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    amount_eur REAL NOT NULL,
    status TEXT NOT NULL);
CREATE TABLE deals(
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers(id),
    region TEXT NOT NULL,
    title TEXT NOT NULL,
    stage TEXT NOT NULL CHECK(stage IN ('lead', 'qualified', 'proposal', 'won', 'lost')),
    amount_eur REAL NOT NULL CHECK(amount_eur >= 0),
    owner TEXT NOT NULL,
    expected_close TEXT NOT NULL);
CREATE TABLE customer_notes(
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers(id),
    region TEXT NOT NULL,
    author TEXT NOT NULL,
    written_on TEXT NOT NULL DEFAULT (date('now')),
    note TEXT NOT NULL);
)";

constexpr const char *indexes = R"(
CREATE INDEX customers_by_region ON customers(region, segment);
CREATE INDEX transactions_by_region ON transactions(region, booked_on);
CREATE INDEX transactions_by_customer ON transactions(customer_id);
CREATE INDEX deals_by_region ON deals(region, stage);
CREATE INDEX notes_by_customer ON customer_notes(customer_id);
ANALYZE;
)";

struct Place
{
    const char *country;
    const char *city;
};

struct Region
{
    const char *name;
    int weight; // of 100
    std::array<Place, 8> places;
    std::array<const char *, 3> forms; // of companies
};

constexpr std::array<Region, 5> regions{{
    {"EU",
     34,
     {{{"DE", "Hamburg"},
       {"FR", "Lyon"},
       {"NL", "Utrecht"},
       {"ES", "Valencia"},
       {"IT", "Torino"},
       {"PL", "Gdansk"},
       {"SE", "Malmo"},
       {"AT", "Graz"}}},
     {"GmbH", "SA", "BV"}},
    {"US",
     30,
     {{{"US", "Boston"},
       {"US", "Denver"},
       {"US", "Austin"},
       {"US", "Portland"},
       {"US", "Atlanta"},
       {"CA", "Toronto"},
       {"CA", "Calgary"},
       {"US", "Chicago"}}},
     {"Inc", "LLC", "Corp"}},
    {"APAC",
     18,
     {{{"JP", "Osaka"},
       {"SG", "Singapore"},
       {"AU", "Brisbane"},
       {"IN", "Pune"},
       {"KR", "Busan"},
       {"NZ", "Auckland"},
       {"VN", "Da Nang"},
       {"MY", "Penang"}}},
     {"Pte Ltd", "KK", "Pty Ltd"}},
    {"LATAM",
     10,
     {{{"BR", "Curitiba"},
       {"MX", "Puebla"},
       {"CL", "Valdivia"},
       {"AR", "Rosario"},
       {"CO", "Cali"},
       {"PE", "Arequipa"},
       {"UY", "Salto"},
       {"CR", "Heredia"}}},
     {"Ltda", "SA de CV", "SAS"}},
    {"MEA",
     8,
     {{{"AE", "Sharjah"},
       {"ZA", "Durban"},
       {"KE", "Mombasa"},
       {"EG", "Alexandria"},
       {"MA", "Tangier"},
       {"SA", "Jeddah"},
       {"NG", "Ibadan"},
       {"JO", "Irbid"}}},
     {"LLC", "Ltd", "FZE"}},
}};

constexpr std::array companyWords{
    "Alder",  "Amber",  "Arctic",   "Aster",   "Beacon",  "Birch",   "Bright",  "Cedar",  "Cobalt",
    "Copper", "Coral",  "Crescent", "Delta",   "Dune",    "Ember",   "Falcon",  "Fern",   "Granite",
    "Harbor", "Hazel",  "Horizon",  "Indigo",  "Juniper", "Kestrel", "Lantern", "Larch",  "Linden",
    "Lumen",  "Maple",  "Meridian", "Mistral", "North",   "Oak",     "Onyx",    "Orbit",  "Osprey",
    "Pine",   "Quartz", "Raven",    "River",   "Rowan",   "Saffron", "Sable",   "Sierra", "Silver",
    "Summit", "Tern",   "Tidal",    "Umber",   "Vantage", "Vega",    "Willow",
};
constexpr std::array companyKinds{
    "Logistics", "Robotics",    "Foods",  "Energy",   "Textiles", "Software",  "Medical",
    "Optics",    "Packaging",   "Travel", "Motors",   "Ceramics", "Media",     "Insurance",
    "Paper",     "Instruments", "Retail", "Shipping", "Farming",  "Analytics",
};
constexpr std::array firstNames{
    "Amara", "Anna", "Bruno", "Carla", "Chen",   "Daniel", "Elena", "Fatima", "Felix",  "Grace",
    "Hana",  "Ines", "Ivan",  "Jonas", "Kenji",  "Laila",  "Lucas", "Maria",  "Mei",    "Nadia",
    "Noah",  "Olga", "Omar",  "Priya", "Rafael", "Sofia",  "Tariq", "Thandi", "Viktor", "Yara",
};
constexpr std::array lastNames{
    "Abe",     "Almeida", "Andersen", "Bauer",  "Costa",  "Diallo",  "Dubois",   "Eriksen",
    "Fischer", "Garcia",  "Haddad",   "Ito",    "Jansen", "Kim",     "Kowalski", "Larsen",
    "Mbeki",   "Moreau",  "Nair",     "Novak",  "Okafor", "Pereira", "Quispe",   "Rossi",
    "Sato",    "Silva",   "Tanaka",   "Vargas", "Weber",  "Zhang",
};
struct Product
{
    const char *name;
    double priceEur;
};
constexpr std::array<Product, 10> products{{{"Sensor S1", 89.0},
                                            {"Sensor S2", 149.0},
                                            {"Gateway G4", 640.0},
                                            {"Gateway G8", 1180.0},
                                            {"Dashboard seat", 29.0},
                                            {"Analytics seat", 59.0},
                                            {"Support basic", 240.0},
                                            {"Support plus", 900.0},
                                            {"Installation", 1450.0},
                                            {"Training day", 1200.0}}};
constexpr std::array<const char *, 5> stages{"lead", "qualified", "proposal", "won", "lost"};
constexpr std::array owners{"Sam Okafor", "Lena Weber", "Diego Vargas", "Mina Sato", "Rita Moreau"};
constexpr std::array dealSubjects{
    "rollout", "renewal", "pilot", "extension", "upgrade", "second site", "framework contract"};
constexpr std::array notes{
    "Asked for a quote for the next quarter.",
    "Wants one invoice per site from now on.",
    "Happy with the pilot; decision after the budget round.",
    "Complained about late delivery, was called back the same day.",
    "New contact in purchasing, the old one has left.",
    "Interested in the training in spring.",
    "Asks for a security questionnaire before signing.",
    "Prefers calls in the morning.",
};

// SplitMix64 (public domain, Sebastiano Vigna): the standard's distributions differ between libraries, this does not.
class Dice
{
public:
    explicit Dice(std::uint64_t seed)
        : m_state(seed * 0x9E3779B97F4A7C15ULL)
    {
    }

    std::uint64_t next()
    {
        std::uint64_t z = m_state += 0x9E3779B97F4A7C15ULL;
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31U);
    }

    // 0 to `limit` - 1.
    int below(int limit) { return static_cast<int>(next() % static_cast<std::uint64_t>(limit)); }

    template <class List>
    const auto &oneOf(const List &list)
    {
        return list[static_cast<std::size_t>(below(static_cast<int>(std::size(list))))];
    }

private:
    std::uint64_t m_state;
};

QByteArray dateText(std::chrono::sys_days day)
{
    const std::chrono::year_month_day date(day);
    const auto padded = [](unsigned number) {
        return QByteArray::number(number).rightJustified(2, '0');
    };
    return QByteArray::number(static_cast<int>(date.year())) + '-'
           + padded(static_cast<unsigned>(date.month())) + '-'
           + padded(static_cast<unsigned>(date.day()));
}

class Generator
{
public:
    Generator(storage::Database &database, std::uint64_t seed)
        : m_database(database)
        , m_dice(seed)
    {
    }

    Result<void> run()
    {
        TRY_DO(m_database.executeScript(schema));
        TRY_LET(storage::Transaction transaction, m_database.begin());
        TRY_DO(addCustomers());
        TRY_DO(addTransactions());
        TRY_DO(addDeals());
        TRY_DO(addNotes());
        TRY_DO(transaction.commit());
        return m_database.executeScript(indexes);
    }

private:
    const Region &someRegion()
    {
        int roll = m_dice.below(100);
        for (const Region &region : regions) {
            if ((roll -= region.weight) < 0)
                return region;
        }
        return regions.front();
    }

    QByteArray someDay()
    {
        return dateText(firstDay
                        + std::chrono::days(m_dice.below(int((lastDay - firstDay).count()))));
    }

    // Small companies are many, large ones buy more.
    const char *someSegment()
    {
        const int roll = m_dice.below(100);
        return roll < 60 ? "small-business" : roll < 90 ? "mid-market" : "enterprise";
    }

    int someCustomer() { return m_dice.below(customersCount) + 1; }

    [[nodiscard]] const char *regionOf(int customer) const
    {
        return m_regions[static_cast<std::size_t>(customer - 1)];
    }

    Result<void> addCustomers()
    {
        TRY_LET(storage::Statement insert,
                m_database.prepare("INSERT INTO customers VALUES (?, ?, ?, ?, ?, ?, ?, ?)"));
        for (int id = 1; id <= customersCount; ++id) {
            const Region &region = someRegion();
            const Place &place = m_dice.oneOf(region.places);
            const QByteArray word = m_dice.oneOf(companyWords);
            const QByteArray kind = m_dice.oneOf(companyKinds);
            const QByteArray name =
                word + ' ' + kind + ' ' + place.city + ' ' + m_dice.oneOf(region.forms);
            const QByteArray first = m_dice.oneOf(firstNames);
            const QByteArray last = m_dice.oneOf(lastNames);
            const QByteArray email = (first + '.' + last + '@' + word + '-' + kind).toLower()
                                     + ".example"; // a domain that exists nowhere
            m_regions.push_back(region.name);
            insert.bind(id, name, QByteArrayView(region.name), QByteArrayView(place.country),
                        QByteArrayView(someSegment()), QByteArray(first + ' ' + last), email,
                        someDay());
            TRY_DO(insert.run());
        }
        return {};
    }

    Result<void> addTransactions()
    {
        TRY_LET(storage::Statement insert,
                m_database.prepare("INSERT INTO transactions VALUES (?, ?, ?, ?, ?, ?, ?, ?)"));
        for (int id = 1; id <= transactionsCount; ++id) {
            const int customer = someCustomer();
            const Product &product = m_dice.oneOf(products);
            const int quantity = 1 + m_dice.below(4) * m_dice.below(6);
            const int roll = m_dice.below(100);
            const char *status = roll < 88 ? "paid" : roll < 96 ? "open" : "refunded";
            insert.bind(id, customer, QByteArrayView(regionOf(customer)), someDay(),
                        QByteArrayView(product.name), quantity, quantity * product.priceEur,
                        QByteArrayView(status));
            TRY_DO(insert.run());
        }
        return {};
    }

    Result<void> addDeals()
    {
        TRY_LET(storage::Statement insert,
                m_database.prepare("INSERT INTO deals VALUES (?, ?, ?, ?, ?, ?, ?, ?)"));
        for (int id = 1; id <= dealsCount; ++id) {
            const int customer = someCustomer();
            const Product &product = m_dice.oneOf(products);
            const QByteArray title = QByteArray(product.name) + ' ' + m_dice.oneOf(dealSubjects);
            const double amount = 500.0 * (1 + m_dice.below(20) * (1 + m_dice.below(20)));
            insert.bind(id, customer, QByteArrayView(regionOf(customer)), title,
                        QByteArrayView(m_dice.oneOf(stages)), amount,
                        QByteArrayView(m_dice.oneOf(owners)), someDay());
            TRY_DO(insert.run());
        }
        return {};
    }

    Result<void> addNotes()
    {
        TRY_LET(storage::Statement insert,
                m_database.prepare("INSERT INTO customer_notes VALUES (?, ?, ?, ?, ?, ?)"));
        for (int id = 1; id <= notesCount; ++id) {
            const int customer = someCustomer();
            insert.bind(id, customer, QByteArrayView(regionOf(customer)),
                        QByteArrayView(m_dice.oneOf(owners)), someDay(),
                        QByteArrayView(m_dice.oneOf(notes)));
            TRY_DO(insert.run());
        }
        return {};
    }

    storage::Database &m_database;
    Dice m_dice;
    std::vector<const char *> m_regions; // of each customer
};

} // namespace

Result<void> generateAnalyticsDatabase(const std::filesystem::path &file, std::uint64_t seed)
{
    if (std::filesystem::exists(file))
        return fail(
            ErrorCode::Conflict,
            QStringLiteral("`%1` exists already").arg(QString::fromStdString(file.string())));
    // Made anew if the power fails: no need to sync.
    TRY_LET(storage::Database database,
            storage::Database::open(file, {.durability = storage::Durability::Process}));
    return Generator(database, seed).run();
}

} // namespace provost::app
