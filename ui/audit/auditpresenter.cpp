#include "ui/audit/auditpresenter.h"

#include "ui/audit/auditwords.h"
#include "ui/audit/filterterms.h"
#include "ui/kit/words.h"

#include <QLocale>

namespace provost::ui {

using namespace control;
using namespace Qt::StringLiterals;

namespace {

constexpr int Buckets = 96;
constexpr qsizetype WiderMax = 6; // terms that are tried without
constexpr std::chrono::milliseconds RefreshInterval(1000);

} // namespace

AuditPresenter::AuditPresenter(ControlPlane &control, const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_control(control)
    , m_clock(clock)
    , m_source(control)
{
    m_refresh.setSingleShot(true);
    m_refresh.setInterval(RefreshInterval);
    connect(&m_refresh, &QTimer::timeout, this, [this] {
        askSummary();
        askArrivals();
    });
    connect(&m_control, &ControlPlane::recordsAppended, this, &AuditPresenter::onAppended);
    connect(&m_source, &RowSource::pageReady, this, &AuditPresenter::onRows);
    connect(&m_source, &RowSource::failed, this, [this] {
        m_error = m_source.lastError();
        setState(State::Failed);
    });
}

AuditPresenter::~AuditPresenter()
{
    stop();
    m_export.request_stop();
}

// --- the question ---

void AuditPresenter::setScope(const Scope &scope)
{
    m_scope = scope;
    askAgain();
}

void AuditPresenter::setFilter(const QString &filter)
{
    setQuestion(filter, m_zoom);
}

void AuditPresenter::setZoom(const std::optional<TimeSpan> &zoom)
{
    setQuestion(m_filter, zoom);
}

void AuditPresenter::setQuestion(const QString &filter, const std::optional<TimeSpan> &zoom)
{
    if (filter == m_filter && zoom == m_zoom && !m_stale)
        return;
    m_filter = filter;
    m_zoom = zoom;
    askAgain();
}

void AuditPresenter::activate()
{
    const bool wasActive = std::exchange(m_active, true);
    if (m_stale || wasActive) {
        ask();
        return;
    }
    // Back on the page: the rows stay where they are, unless they follow.
    onAppended();
}

void AuditPresenter::deactivate()
{
    m_active = false;
    m_refresh.stop();
}

void AuditPresenter::askAgain()
{
    m_stale = true;
    if (m_active)
        ask();
}

TimeRange AuditPresenter::scopeRange() const
{
    const auto length = lengthOf(m_scope.range);
    return {length ? std::optional(m_clock.now() - *length) : std::nullopt, std::nullopt};
}

AuditQuery AuditPresenter::query() const
{
    AuditQuery query{m_scope.tenant, scopeRange(), m_filter.toUtf8()};
    if (m_zoom)
        query.range = {timeOf(m_zoom->from), timeOf(m_zoom->until)};
    return query;
}

void AuditPresenter::stop()
{
    for (std::stop_source &open : m_open)
        open.request_stop();
    m_open.clear();
    ++m_question;
}

// Binds an answer to the question that is under way; an error of the summary shows only where rows failed too.
template <class T>
Answer<T> AuditPresenter::answer(std::function<void(T)> take)
{
    return {this, [this, question = m_question, take = std::move(take)](Result<T> value) {
                if (question == m_question && value)
                    take(std::move(*value));
            }};
}

void AuditPresenter::ask()
{
    stop();
    m_refresh.stop();
    m_stale = false;
    m_arrivalsSince.reset();
    m_toldArrivals = 0;
    m_wider.clear();
    m_widerAsked = false;
    m_count.reset();
    Q_EMIT countChanged();
    const FilterCheck check = m_control.checkFilter(m_filter.toUtf8());
    if (!check.valid) {
        m_error = {ErrorCode::InvalidInput, QString::fromUtf8(check.message)};
        setState(State::BadFilter);
        return;
    }
    m_source.setQuery(query());
    if (m_state == State::Failed || m_state == State::BadFilter)
        setState(State::Rows);
    askSummary();
}

void AuditPresenter::askSummary()
{
    if (m_state == State::BadFilter)
        return;
    stop();
    const AuditQuery narrow = query();
    m_open.push_back(m_control.auditCount(narrow, answer<AuditCount>([this](AuditCount count) {
                                              m_count = count;
                                              m_source.setTotal(count.matching);
                                              Q_EMIT countChanged();
                                              takeCount();
                                          })));
    // The histogram keeps the whole range around a chosen span.
    AuditQuery wide = narrow;
    wide.range = scopeRange();
    wide.range.until = m_clock.now();
    if (m_zoom && wide.range.from)
        wide.range.from = std::min(*wide.range.from, timeOf(m_zoom->from));
    const double end = secondsOf(*wide.range.until);
    m_open.push_back(m_control.auditHistogram(
        wide, Buckets,
        answer<std::vector<HistogramBucket>>([this, end](const std::vector<HistogramBucket> &bars) {
            m_bars.clear();
            for (const HistogramBucket &bar : bars)
                m_bars.push_back({secondsOf(bar.from), bar.total, bar.denied, bar.errors});
            m_barsEnd =
                m_bars.size() < 2 ? end : m_bars.back().from + (m_bars[1].from - m_bars[0].from);
            Q_EMIT histogramChanged();
        })));
    m_open.push_back(
        m_control.auditFacets(narrow, answer<std::vector<Facet>>([this](std::vector<Facet> facets) {
                                  m_facets = std::move(facets);
                                  Q_EMIT facetsChanged();
                              })));
}

void AuditPresenter::takeCount()
{
    if (!m_widerAsked)
        return; // there are rows, or they have not come yet
    if (m_count->matching > 0) {
        // The first record came in; nobody looks at the empty table, so it does not ask by itself.
        m_widerAsked = false;
        setState(State::Rows);
        m_source.setQuery(query());
    } else if (m_count->total == 0 && m_state != State::NothingRecorded) {
        setState(State::NothingRecorded);
    }
}

// Nothing matches: which term is to blame?
void AuditPresenter::askWider()
{
    const QStringList terms = termsOf(m_filter);
    if (terms.size() > WiderMax)
        return;
    for (const QString &dropped : terms) {
        QStringList kept = terms;
        kept.removeOne(dropped);
        Wider wider{kept.join(u' '), dropped};
        AuditQuery without = query();
        without.filter = wider.filter.toUtf8();
        m_open.push_back(m_control.auditCount(
            without, answer<AuditCount>([this, wider](AuditCount count) mutable {
                if (count.matching == 0)
                    return;
                wider.matching = count.matching;
                const auto place =
                    std::find_if(m_wider.begin(), m_wider.end(), [&](const Wider &other) {
                        return other.matching < wider.matching;
                    });
                m_wider.insert(place, wider);
                Q_EMIT widerChanged();
            })));
    }
}

void AuditPresenter::onRows(const RowPage &page)
{
    const bool none = page.rows.empty() && page.atTop && page.atBottom;
    if (!none) {
        if (!page.rows.empty()) {
            m_widerAsked = false;
            if (m_state != State::Rows)
                setState(State::Rows);
        }
        return;
    }
    if (std::exchange(m_widerAsked, true))
        return; // the same question, read again
    setState(m_count && m_count->total == 0 ? State::NothingRecorded : State::NothingMatches);
    askWider();
}

void AuditPresenter::setState(State state)
{
    m_state = state;
    Q_EMIT stateChanged();
}

QString AuditPresenter::resultText() const
{
    if (!m_count)
        return {};
    const double seconds = double(m_count->took.count()) / 1e6;
    return tr("%1 of %2 · %3 s")
        .arg(numberText(m_count->matching), numberText(m_count->total),
             QLocale().toString(seconds, 'f', 2));
}

// --- following ---

void AuditPresenter::setFollowing(bool following)
{
    m_following = following;
    m_arrivalsSince.reset();
    m_toldArrivals = 0;
    if (!following)
        m_arrivalsSince = m_source.newest();
}

void AuditPresenter::onAppended()
{
    if (!m_active || m_state == State::BadFilter || m_zoom)
        return; // a chosen span of time is over
    if (m_following)
        Q_EMIT rowsArrived(0);
    if (!m_refresh.isActive())
        m_refresh.start();
}

// What came in since the newest row that the table had when it stopped following.
void AuditPresenter::askArrivals()
{
    if (m_following || !m_arrivalsSince)
        return;
    AuditQuery since = query();
    since.range.from = *m_arrivalsSince + Microseconds(1);
    m_open.push_back(m_control.auditCount(since, answer<AuditCount>([this](AuditCount count) {
                                              const qint64 more =
                                                  count.matching
                                                  - std::exchange(m_toldArrivals, count.matching);
                                              if (more > 0)
                                                  Q_EMIT rowsArrived(more);
                                          })));
}

// --- export ---

void AuditPresenter::exportTo(const QString &path, const QByteArray &author)
{
    if (m_exporting)
        return;
    m_exporting = true;
    Q_EMIT exportChanged();
    m_export = m_control.auditExport(query(), path, author,
                                     {this, [this](const Result<std::int64_t> &records) {
                                          m_exporting = false;
                                          Q_EMIT exportChanged();
                                          Q_EMIT exported(records);
                                      }});
}

void AuditPresenter::cancelExport()
{
    m_export.request_stop();
}

} // namespace provost::ui
