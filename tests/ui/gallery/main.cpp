// The gallery: every part of the kit once, in each theme. `provost_gallery` opens a window; `provost_gallery --shots DIR`
// writes one PNG per sheet and theme and ends (QT_QPA_PLATFORM=offscreen needs no display).
#include "tests/ui/gallery/sheets.h"
#include "ui/kit/form.h"
#include "ui/kit/theme.h"

#include <QApplication>
#include <QBoxLayout>
#include <QCommandLineParser>
#include <QDir>
#include <QTabWidget>
#include <QTextStream>
#include <QTimer>

using namespace provost::ui;
using namespace Qt::StringLiterals;

namespace {

constexpr auto Choices = {Theme::Choice::Dark, Theme::Choice::Light, Theme::Choice::HighContrast};

// One picture at a time, each after the event loop has laid its sheet out.
class Photographer : public QObject
{
public:
    Photographer(Theme &theme, QString folder)
        : m_theme(theme)
        , m_folder(std::move(folder))
    {
        for (const Theme::Choice choice : Choices) {
            for (const gallery::Sheet &sheet : gallery::sheets()) {
                m_shots.push_back({choice, sheet});
            }
        }
    }

    void next()
    {
        if (m_at == m_shots.size()) {
            QApplication::exit(0);
            return;
        }
        const Shot &shot = m_shots[m_at];
        if (m_theme.choice() != shot.choice) {
            m_theme.setChoice(shot.choice);
        }
        m_widget.reset(shot.sheet.make());
        m_widget->resize(1366, shot.sheet.height);
        m_widget->show();
        QTimer::singleShot(100, this, [this] { take(); });
    }

private:
    struct Shot
    {
        Theme::Choice choice;
        gallery::Sheet sheet;
    };

    void take()
    {
        const Shot &shot = m_shots[m_at++];
        const QString path =
            m_folder + u'/' + shot.sheet.name + u'-' + nameOf(shot.choice) + u".png"_s;
        if (!m_widget->grab().save(path)) {
            QTextStream(stderr) << "cannot write " << path << '\n';
            QApplication::exit(1);
            return;
        }
        next();
    }

    Theme &m_theme;
    QString m_folder;
    std::vector<Shot> m_shots;
    std::size_t m_at = 0;
    std::unique_ptr<QWidget> m_widget;
};

} // namespace

int main(int argc, char **argv)
{
    QApplication application(argc, argv);
    QCommandLineParser parser;
    parser.addHelpOption();
    const QCommandLineOption shots(u"shots"_s, u"Write pictures into DIR and end."_s, u"DIR"_s);
    const QCommandLineOption scheme(u"theme"_s, u"light, dark, high-contrast or system."_s,
                                    u"NAME"_s, u"system"_s);
    parser.addOptions({shots, scheme});
    parser.process(application);
    auto *const theme = new Theme(application, themeChoiceOf(parser.value(scheme)));
    if (parser.isSet(shots)) {
        const QString folder = parser.value(shots);
        if (!QDir().mkpath(folder)) {
            QTextStream(stderr) << "cannot make " << folder << '\n';
            return 1;
        }
        Photographer photographer(*theme, folder);
        QTimer::singleShot(0, &photographer, [&] { photographer.next(); });
        return QApplication::exec();
    }
    QWidget window;
    auto *const column = new QVBoxLayout(&window);
    auto *const choose = new ComboField(u"theme"_s, u"Theme"_s, &window);
    choose->setPrefix(u"Theme"_s);
    for (const Theme::Choice choice : Choices) {
        choose->addItem(nameOf(choice), nameOf(choice));
    }
    QObject::connect(choose, &QComboBox::currentIndexChanged, theme,
                     [=] { theme->setChoice(themeChoiceOf(choose->chosen())); });
    column->addWidget(choose, 0, Qt::AlignLeft);
    auto *const tabs = new QTabWidget(&window);
    for (const gallery::Sheet &sheet : gallery::sheets()) {
        tabs->addTab(sheet.make(), sheet.name);
    }
    column->addWidget(tabs);
    window.resize(1366, 850);
    window.show();
    return QApplication::exec();
}
