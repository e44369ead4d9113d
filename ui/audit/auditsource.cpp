#include "ui/audit/auditsource.h"

#include "ui/audit/auditwords.h"
#include "ui/kit/words.h"

#include <cmath>

namespace provost::ui {

using namespace control;
using namespace Qt::StringLiterals;

namespace {

enum ColumnNumber { Time, Tenant, User, Tool, DecisionColumn, Rule, Duration, Records };

constexpr std::size_t knownMax = 8192;

} // namespace

QByteArray textOf(const RecordId &id)
{
    return id.tenant.value + ':' + QByteArray::number(qint64(id.sequence));
}

std::optional<RecordId> recordIdOf(const QByteArray &text)
{
    const auto colon = text.lastIndexOf(':');
    bool ok = false;
    const qint64 sequence = text.mid(colon + 1).toLongLong(&ok);
    if (colon < 0 || !ok)
        return std::nullopt;
    return RecordId{TenantId(text.first(colon)), sequence};
}

AuditSource::AuditSource(ControlPlane &control, QObject *parent)
    : RowSource(parent)
    , m_control(control)
{
}

void AuditSource::setQuery(AuditQuery query)
{
    for (auto &[token, stop] : m_open)
        stop.request_stop();
    m_open.clear();
    m_known.clear();
    m_query = std::move(query);
    m_total.reset();
    m_newest.reset();
    Q_EMIT reset();
}

void AuditSource::setTotal(std::optional<qint64> total)
{
    m_total = total;
    Q_EMIT totalChanged();
}

const AuditRow *AuditSource::rowOf(const WindowRow &row)
{
    return static_cast<const AuditRow *>(row.record.get());
}

const AuditRow *AuditSource::known(const QByteArray &id) const
{
    const auto found = m_known.find(id);
    return found != m_known.end() ? found->second.get() : nullptr;
}

std::vector<RowSource::Column> AuditSource::columns() const
{
    return {{u"time"_s, tr("Time"), 110},
            {u"tenant"_s, tr("Tenant"), 88},
            {u"user"_s, tr("User"), 160},
            {u"tool"_s, tr("Tool"), 176},
            {u"decision"_s, tr("Decision"), 98},
            {u"rule"_s, tr("Rule"), -1},
            {u"ms"_s, tr("Took"), 84, Qt::AlignRight},
            {u"records"_s, tr("Rows"), 56, Qt::AlignRight}};
}

Cell AuditSource::cell(const WindowRow &window, int column) const
{
    const AuditRow *row = rowOf(window);
    if (row == nullptr)
        return {};
    switch (column) {
    case Time:
        return {.text = clockText(row->timestamp),
                .font = CellFont::Mono,
                .toolTip = dateText(row->timestamp)};
    case Tenant:
        return {.text = row->id.tenant.isEmpty() ? tr("installation")
                                                 : QString::fromUtf8(row->id.tenant.value),
                .tone = row->id.tenant.isEmpty() ? Tone::Muted : Tone::Neutral};
    case User:
        return {.text = QString::fromUtf8(row->user.value),
                .toolTip = QString::fromUtf8(row->agent)};
    case Tool:
        return {.text = QString::fromUtf8(row->tool.isEmpty() ? row->action : row->tool),
                .font = CellFont::Mono,
                .tone = row->tool.isEmpty() ? Tone::Muted : Tone::Neutral};
    case DecisionColumn: {
        const BadgeLook look = verdictOf(*row);
        return {.text = look.text, .badge = look.kind, .toolTip = QString::fromUtf8(row->reason)};
    }
    case Rule:
        return {.text = QString::fromUtf8(row->policy.isEmpty() ? row->reason : row->policy),
                .tone = row->policy.isEmpty() ? Tone::Muted : Tone::Neutral,
                .toolTip = QString::fromUtf8(row->reason)};
    case Duration: // what only happened, such as a changed policy, took no time
        return {.text = row->durationUs > 0 ? durationText(row->durationUs) : QString()};
    case Records:
        return {.text = row->recordsReturned ? numberText(*row->recordsReturned) : QString()};
    default: return {};
    }
}

std::pair<QByteArray, QByteArray> AuditSource::filterOf(const AuditRow &row, int column)
{
    switch (column) {
    case Tenant: return {"tenant", row.id.tenant.value};
    case User: return {"user", row.user.value};
    case Tool:
        return row.tool.isEmpty() ? std::pair<QByteArray, QByteArray>{"action", row.action}
                                  : std::pair<QByteArray, QByteArray>{"tool", row.tool};
    case DecisionColumn:
        return row.decision.isEmpty() ? std::pair<QByteArray, QByteArray>{"status", row.status}
                                      : std::pair<QByteArray, QByteArray>{"decision", row.decision};
    case Rule: return {"rule", row.policy};
    default: return {};
    }
}

void AuditSource::request(const RowRequest &request)
{
    const auto *anchor = request.anchor ? rowOf(*request.anchor) : nullptr;
    AuditPageRequest page{.query = m_query, .rowsMax = request.rowsMax};
    switch (request.from) {
    case RowRequest::From::Top: ask(request.token, page, true); return;
    case RowRequest::From::Bottom:
        page.direction = PageDirection::Newer;
        ask(request.token, page, false);
        return;
    case RowRequest::From::Below:
    case RowRequest::From::Above:
        if (anchor != nullptr)
            page.anchor = *anchor;
        page.direction =
            request.from == RowRequest::From::Below ? PageDirection::Older : PageDirection::Newer;
        ask(request.token, page, false);
        return;
    case RowRequest::From::Around: askAround(request); return;
    case RowRequest::From::Fraction: askAtFraction(request); return;
    }
}

// A record by its id: its row tells the place, and the page begins with it.
void AuditSource::askAround(const RowRequest &request)
{
    const auto id = request.anchor ? recordIdOf(request.anchor->id) : std::nullopt;
    if (!id) {
        fail(request.token, {ErrorCode::InvalidInput, tr("the link names no record")});
        return;
    }
    m_open.emplace(request.token, std::stop_source());
    m_control.auditDetail(
        *id, {this, [this, request](const Result<AuditDetail> &detail) {
                  if (m_open.erase(request.token) == 0)
                      return;
                  if (!detail) {
                      fail(request.token, detail.error());
                      return;
                  }
                  AuditRow place = detail->row;
                  place.timestamp += Microseconds(1); // so that the record itself is older
                  ask(request.token,
                      {.query = m_query, .anchor = std::move(place), .rowsMax = request.rowsMax},
                      false);
              }});
}

// A fraction of the rows is taken for a fraction of the time between the newest and the oldest one.
void AuditSource::askAtFraction(const RowRequest &request)
{
    const auto front = [this, request](PageDirection direction,
                                       std::function<void(const AuditRow &)> go) {
        m_open[request.token] = m_control.auditPage(
            {.query = m_query, .direction = direction, .rowsMax = 1},
            {this, [this, request, go = std::move(go)](const Result<AuditPage> &page) {
                 if (m_open.erase(request.token) == 0)
                     return;
                 if (!page)
                     fail(request.token, page.error());
                 else if (page->rows.empty())
                     ask(request.token, {.query = m_query, .rowsMax = request.rowsMax}, true);
                 else
                     go(page->rows.front());
             }});
    };
    front(PageDirection::Newer, [this, request, front](const AuditRow &oldest) {
        front(PageDirection::Older, [this, request, first = oldest.timestamp](AuditRow place) {
            const auto span = static_cast<double>((place.timestamp - first).count());
            place.timestamp -= Microseconds(std::llround(span * request.fraction) - 1);
            ask(request.token,
                {.query = m_query, .anchor = std::move(place), .rowsMax = request.rowsMax}, false);
        });
    });
}

void AuditSource::ask(quint64 token, const AuditPageRequest &request, bool atTop)
{
    m_open[token] = m_control.auditPage(
        request, {this, [this, token, request, atTop](const Result<AuditPage> &page) {
                      if (m_open.erase(token) == 0)
                          return;
                      if (page)
                          deliver(token, request, *page, atTop);
                      else
                          fail(token, page.error());
                  }});
}

void AuditSource::fail(quint64 token, const Error &error)
{
    if (error.code == ErrorCode::Cancelled)
        return;
    m_lastError = error;
    Q_EMIT failed(token, error.message);
}

void AuditSource::deliver(quint64 token, const AuditPageRequest &asked, AuditPage page, bool atTop)
{
    const bool older = asked.direction == PageDirection::Older;
    RowPage rows{.token = token,
                 .atTop = atTop || (!older && !page.more),
                 .atBottom = older ? !page.more : !asked.anchor};
    if (m_known.size() > knownMax)
        m_known.clear();
    for (AuditRow &row : page.rows) {
        const QByteArray id = textOf(row.id);
        auto shared = std::make_shared<const AuditRow>(std::move(row));
        m_known[id] = shared;
        rows.rows.push_back({id, std::move(shared)});
    }
    if (rows.atTop) {
        rows.above = 0;
        if (!rows.rows.empty())
            m_newest = rowOf(rows.rows.front())->timestamp;
    }
    Q_EMIT pageReady(rows);
}

void AuditSource::cancel(quint64 token)
{
    const auto open = m_open.find(token);
    if (open == m_open.end())
        return;
    open->second.request_stop();
    m_open.erase(open);
}

} // namespace provost::ui
