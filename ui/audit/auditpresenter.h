// AuditPresenter: what the audit page shows, without widgets: the question (filter, span of time, tenant), its rows, count,
// histogram and facets, what came in since, and the export. Answers to questions that were overtaken are dropped.
// INVARIANT: the rows, the count and the facets belong to the same question; a filter that is not understood is never
// asked.
// Thread: ui thread.
#pragma once

#include "ui/audit/auditsource.h"
#include "ui/kit/histogram.h"
#include "ui/kit/page.h"

#include <QTimer>

namespace provost::ui {

class AuditPresenter : public QObject
{
    Q_OBJECT

public:
    enum class State { Rows, NothingMatches, NothingRecorded, BadFilter, Failed };

    // What would match with one term of the filter left out.
    struct Wider
    {
        QString filter;
        QString dropped;
        qint64 matching = 0;
    };

    // Both outlive the presenter.
    AuditPresenter(control::ControlPlane &control, const Clock &clock, QObject *parent = nullptr);
    ~AuditPresenter() override;

    // --- the question; each asks at once while the page is in front ---
    void setScope(const Scope &scope);
    void setFilter(const QString &filter);
    // A narrower span of time than the scope's; none takes it away.
    void setZoom(const std::optional<TimeSpan> &zoom);
    void setQuestion(const QString &filter, const std::optional<TimeSpan> &zoom);
    void activate();
    void deactivate();
    void askAgain();

    [[nodiscard]] const Scope &scope() const { return m_scope; }
    [[nodiscard]] const QString &filter() const { return m_filter; }
    [[nodiscard]] const std::optional<TimeSpan> &zoom() const { return m_zoom; }
    [[nodiscard]] control::AuditQuery query() const;

    // --- the answers ---
    [[nodiscard]] AuditSource &source() { return m_source; }
    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] const Error &error() const { return m_error; } // of Failed and BadFilter
    [[nodiscard]] const std::optional<control::AuditCount> &count() const { return m_count; }
    // "1,204 of 118,204,331 · 0.04 s"; empty until counted.
    [[nodiscard]] QString resultText() const;
    [[nodiscard]] const std::vector<HistogramBar> &bars() const { return m_bars; }
    [[nodiscard]] double barsEnd() const { return m_barsEnd; } // seconds since 1970 UTC
    [[nodiscard]] const std::vector<control::Facet> &facets() const { return m_facets; }
    [[nodiscard]] const std::vector<Wider> &wider() const { return m_wider; } // most matches first

    // --- following ---
    // While the table does not follow, arrivals are counted.
    void setFollowing(bool following);

    // --- export ---
    [[nodiscard]] bool isExporting() const { return m_exporting; }
    void exportTo(const QString &path, const QByteArray &author);
    void cancelExport();

Q_SIGNALS:
    void stateChanged();
    void countChanged();
    void histogramChanged();
    void facetsChanged();
    void widerChanged();
    // Records came in that match. 0: some; the table reads its top again.
    void rowsArrived(qint64 count);
    void exportChanged();
    void exported(const provost::Result<std::int64_t> &records);

private:
    template <class T>
    control::Answer<T> answer(std::function<void(T)> take);

    void ask();
    void askSummary();
    void takeCount();
    void askWider();
    void askArrivals();
    void onAppended();
    void onRows(const RowPage &page);
    void setState(State state);
    void stop();
    [[nodiscard]] control::TimeRange scopeRange() const;

    control::ControlPlane &m_control;
    const Clock &m_clock;
    AuditSource m_source;
    Scope m_scope;
    QString m_filter;
    std::optional<TimeSpan> m_zoom;
    bool m_active = false;
    bool m_stale = true; // the question changed since it was asked
    bool m_following = true;

    State m_state = State::Rows;
    Error m_error;
    std::optional<control::AuditCount> m_count;
    std::vector<HistogramBar> m_bars;
    double m_barsEnd = 0;
    std::vector<control::Facet> m_facets;
    std::vector<Wider> m_wider;
    bool m_widerAsked = false; // the rows of this question are none

    quint64 m_question = 0; // answers to former ones are dropped
    std::vector<std::stop_source> m_open;
    QTimer m_refresh; // of summary and arrivals after records came in
    qint64 m_toldArrivals = 0;
    std::optional<WallTime> m_arrivalsSince;
    bool m_exporting = false;
    std::stop_source m_export;
};

} // namespace provost::ui
