// ListPage: a page about a list of things and the one that is selected: what all such pages do alike. It asks again while
// it is in front, and shows something else while there is nothing to list or the list cannot be read.
// Thread: ui thread.
#pragma once

#include "server/base/result.h"
#include "ui/kit/page.h"

#include <QTimer>

class QStackedLayout;
class QVBoxLayout;

namespace provost::ui {

class Banner;
class CellTable;
class EmptyState;
class ErrorState;

class ListPage : public Page
{
    Q_OBJECT

public:
    void activate() override;
    void deactivate() override;

protected:
    // `name` is the page's objectName and begins its parts'. `nothing` is told while the list is empty.
    ListPage(const QString &name, Icon icon, const QString &nothing, PageContext &context,
             QWidget *parent);

    // Asks for the list; the answer comes to showList() or showError().
    virtual void refresh() = 0;
    void refreshInFront(); // does nothing while the page is not in front
    // Again and again while the page is in front, for lists that move by themselves.
    void refreshEvery(std::chrono::milliseconds interval);

    // What the page is made of: margins and gaps are set.
    [[nodiscard]] QVBoxLayout *content() const { return m_content; }
    [[nodiscard]] EmptyState *empty() const { return m_empty; }
    void showList(bool some);
    void showError(const QString &happened, const Error &error);

    // A sentence above everything that needs attention; empty: none.
    void tell(const QString &sentence);
    // Selects `wanted` in the table of the page. If it is not there, `gone` is told and the first one is selected.
    [[nodiscard]] QByteArray selectIn(CellTable &table, const QByteArray &wanted,
                                      const QString &gone);

private:
    QStackedLayout *m_states = nullptr;
    QVBoxLayout *m_content = nullptr;
    EmptyState *m_empty = nullptr;
    ErrorState *m_error = nullptr;
    Banner *m_banner = nullptr;
    QTimer m_refresh;
    bool m_inFront = false;
};

} // namespace provost::ui
