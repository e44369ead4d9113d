// AuditSource: the rows of the audit log for a WindowedTable, page by page from the control plane, keyed by record id.
// Thread: ui thread.
#pragma once

#include "server/control/controlplane.h"
#include "ui/kit/windowmodel.h"

#include <map>

namespace provost::ui {

// "acme-corp:42", and back; the id of a row.
[[nodiscard]] QByteArray textOf(const control::RecordId &id);
[[nodiscard]] std::optional<control::RecordId> recordIdOf(const QByteArray &text);

class AuditSource final : public RowSource
{
    Q_OBJECT

public:
    explicit AuditSource(control::ControlPlane &control, QObject *parent = nullptr);

    // Starts over with another question. `total` follows from setTotal().
    void setQuery(control::AuditQuery query);
    [[nodiscard]] const control::AuditQuery &query() const { return m_query; }
    void setTotal(std::optional<qint64> total);

    // The row itself, of what cell() was given. Null if it is none of ours.
    [[nodiscard]] static const control::AuditRow *rowOf(const WindowRow &row);
    // Of a row that was handed out lately; null if it is not known any more.
    [[nodiscard]] const control::AuditRow *known(const QByteArray &id) const;

    // The filter's field and value of a cell; both empty where a filter by it makes no sense.
    [[nodiscard]] static std::pair<QByteArray, QByteArray> filterOf(const control::AuditRow &row,
                                                                    int column);
    // When the newest row was recorded that the top of the table has had; none while it is empty.
    [[nodiscard]] std::optional<WallTime> newest() const { return m_newest; }
    // Of the last question that failed.
    [[nodiscard]] const Error &lastError() const { return m_lastError; }

    [[nodiscard]] std::vector<Column> columns() const override;
    [[nodiscard]] Cell cell(const WindowRow &window, int column) const override;
    [[nodiscard]] std::optional<qint64> total() const override { return m_total; }
    void request(const RowRequest &request) override;
    void cancel(quint64 token) override;

private:
    void ask(quint64 token, const control::AuditPageRequest &request, bool atTop);
    void askAtFraction(const RowRequest &request);
    void fail(quint64 token, const Error &error);
    void askAround(const RowRequest &request);
    void deliver(quint64 token, const control::AuditPageRequest &asked, control::AuditPage page,
                 bool atTop);

    control::ControlPlane &m_control;
    control::AuditQuery m_query;
    std::optional<qint64> m_total;
    std::optional<WallTime> m_newest;
    Error m_lastError;
    std::map<quint64, std::stop_source> m_open;
    std::map<QByteArray, std::shared_ptr<const control::AuditRow>>
        m_known; // what was delivered lately
};

} // namespace provost::ui
