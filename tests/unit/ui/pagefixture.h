// PageFixture: a page over a control plane that answers from memory, in a shell that takes notes; and the ways to use the
// page and to read what it shows. For test classes of pages to inherit.
// Thread: ui thread.
#pragma once

#include "tests/support/fakecontrolplane.h"
#include "tests/unit/ui/pictures.h"
#include "tests/unit/ui/recordingcontext.h"
#include "tests/unit/ui/themed.h"
#include "ui/kit/button.h"
#include "ui/kit/tableview.h"

#include <QScopeGuard>

namespace provost::testing {

template <class PageT>
class PageFixture
{
protected:
    void begin()
    {
        m_control = std::make_unique<FakeControlPlane>();
        m_context = std::make_unique<RecordingContext>();
    }
    void makePage() { m_page = std::make_unique<PageT>(*m_control, *m_context); }
    void end()
    {
        m_page.reset();
        m_context.reset();
        m_control.reset();
    }

    // As large as the shell's window leaves it.
    void open(const QString &target = {})
    {
        m_page->resize(1194, 782);
        m_page->show();
        m_page->openLink({m_page->objectName(), target, {}});
        m_page->activate();
        settle();
    }
    // Until everything that was asked is answered.
    void settle() { QTRY_COMPARE(m_control->unanswered, 0); }

    template <class T>
    T *part(const QString &name) const
    {
        return m_page->template findChild<T *>(name);
    }
    void click(const QString &button)
    {
        // A name may be there again in a part that is not shown.
        const auto all = m_page->template findChildren<ui::Button *>(button);
        const auto found = std::find_if(all.begin(), all.end(), [](const ui::Button *one) {
            return one->isVisible() && one->isEnabled();
        });
        QVERIFY2(found != all.end(), qPrintable(button));
        QTest::mouseClick(*found, Qt::LeftButton);
    }
    // A segment of the given group.
    void choose(const QString &group, const QString &segment)
    {
        auto *const found = part<QWidget>(group)->template findChild<ui::Button *>(
            QStringLiteral("segment.") + segment);
        QVERIFY2(found != nullptr && found->isEnabled(), qPrintable(segment));
        QTest::mouseClick(found, Qt::LeftButton);
    }
    void selectRow(const QString &table, int row)
    {
        auto *const view = part<ui::TableView>(table);
        view->setCurrentIndex(view->model()->index(row, 0));
    }
    [[nodiscard]] QString cell(const QString &table, int row, int column) const
    {
        return part<ui::TableView>(table)->model()->index(row, column).data().toString();
    }
    // What can be read in a part of the page; of the whole page if none is named.
    [[nodiscard]] QStringList words(const QString &within = {}) const
    {
        QStringList all;
        const QWidget *const parent = within.isEmpty() ? m_page.get() : part<QWidget>(within);
        for (const QLabel *const label : parent->findChildren<QLabel *>()) {
            if (label->isVisible())
                all.append(label->text());
        }
        return all;
    }
    [[nodiscard]] bool reads(const QString &words, const QString &within = {}) const
    {
        return this->words(within).join(u'\n').contains(words);
    }

    // Rows "dark-empty", "light-empty", …, for a test that draws the page.
    static void addLooks(std::initializer_list<const char *> whats)
    {
        QTest::addColumn<QString>("theme");
        QTest::addColumn<QString>("what");
        for (const char *theme : {"dark", "light", "high-contrast"}) {
            for (const char *what : whats)
                QTest::addRow("%s-%s", theme, what)
                    << QString::fromLatin1(theme) << QString::fromLatin1(what);
        }
    }
    // Rows "dark", "light", …, for a test that draws all of the page's states.
    static void addThemes()
    {
        QTest::addColumn<QString>("theme");
        for (const char *theme : {"dark", "light", "high-contrast"})
            QTest::newRow(theme) << QString::fromLatin1(theme);
    }
    // Wears a theme as long as what is returned lives.
    [[nodiscard]] auto wear(const QString &theme)
    {
        m_themed.theme().setChoice(ui::themeChoiceOf(theme));
        return qScopeGuard([this] { m_themed.theme().setChoice(ui::Theme::Choice::Light); });
    }
    // The same, with the page made anew.
    [[nodiscard]] auto makePageIn(const QString &theme)
    {
        auto worn = wear(theme);
        makePage();
        return worn;
    }
    // Keeps the page as it is now: "audit-empty-dark.png".
    void keep(const QString &page, const QString &what)
    {
        keepPicture(*m_page, page + u'-' + what + u'-' + ui::nameOf(m_themed.theme().choice()));
    }

    Themed m_themed;
    std::unique_ptr<FakeControlPlane> m_control;
    std::unique_ptr<RecordingContext> m_context;
    std::unique_ptr<PageT> m_page;
};

} // namespace provost::testing
