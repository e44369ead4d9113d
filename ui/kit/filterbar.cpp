#include "ui/kit/filterbar.h"

#include "ui/kit/fonts.h"
#include "ui/kit/label.h"
#include "ui/kit/paint.h"
#include "ui/kit/theme.h"

#include <QBoxLayout>
#include <QCoreApplication>
#include <QInputMethodEvent>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListView>
#include <QPainter>
#include <QRegularExpression>
#include <QStandardItemModel>
#include <QTextCharFormat>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int BarHeight = 34;
constexpr int TypingPauseMs = 300;
constexpr int OffersMax = 50;
constexpr int OffersShownMax = 10;
constexpr int HistoryMax = 50;

// Where the word at the cursor begins and ends; quotes keep spaces within a word.
std::pair<qsizetype, qsizetype> wordAt(const QString &text, int cursor)
{
    qsizetype begin = 0;
    bool quoted = false;
    for (qsizetype i = 0; i < std::min<qsizetype>(cursor, text.size()); ++i) {
        if (text[i] == u'"') {
            quoted = !quoted;
        } else if (!quoted && (text[i].isSpace() || text[i] == u'(')) {
            begin = i + 1;
        }
    }
    qsizetype end = cursor;
    while (end < text.size() && !text[end].isSpace() && text[end] != u')') {
        ++end;
    }
    return {begin, end};
}

} // namespace

FilterBar::FilterBar(const QString &name, const QString &accessible, QWidget *parent)
    : QWidget(parent)
    , m_edit(new QLineEdit(this))
    , m_result(new Label({}, TextRole::Caption, this))
    , m_hint(new Label({}, TextRole::Caption))
    , m_popup(new QListView)
    , m_offers(new QStandardItemModel(this))
{
    setObjectName(name + u".bar"_s);
    setFixedHeight(BarHeight);
    auto *const row = new QHBoxLayout(this);
    row->setContentsMargins(6, 1, 12, 1);
    row->setSpacing(8);
    m_edit->setObjectName(name);
    m_edit->setAccessibleName(accessible);
    m_edit->setFont(monoFont());
    m_edit->setProperty("provostBare", true);
    m_edit->installEventFilter(this);
    row->addWidget(m_edit, 1);
    row->addWidget(m_result);
    m_result->setObjectName(name + u".result"_s);
    setFocusProxy(m_edit);

    m_hint->setObjectName(name + u".hint"_s);
    m_hint->setWindowFlags(Qt::ToolTip);
    m_hint->setAttribute(Qt::WA_ShowWithoutActivating);
    m_hint->setTone(Tone::Deny);
    m_hint->setMargin(6);
    m_hint->setAutoFillBackground(true);
    m_popup->setObjectName(name + u".popup"_s);
    m_popup->setAccessibleName(tr("Completions"));
    m_popup->setWindowFlags(Qt::ToolTip);
    m_popup->setFocusPolicy(Qt::NoFocus);
    m_popup->setModel(m_offers);
    m_popup->setUniformItemSizes(true);
    m_popup->setFont(monoFont());
    m_popup->setEditTriggers(QAbstractItemView::NoEditTriggers);
    connect(this, &QObject::destroyed, m_popup, &QObject::deleteLater);
    connect(this, &QObject::destroyed, m_hint, &QObject::deleteLater);

    m_pause.setSingleShot(true);
    m_pause.setInterval(TypingPauseMs);
    connect(&m_pause, &QTimer::timeout, this, [this] {
        if (m_check.valid && m_announced != text()) {
            m_announced = text();
            Q_EMIT filterChanged(m_announced);
        }
    });
    connect(m_edit, &QLineEdit::textEdited, this, &FilterBar::onEdited);
    connect(m_popup, &QListView::clicked, this,
            [this](const QModelIndex &index) { take(index.row()); });
    followTheme(this, [this] {
        QPalette own = m_hint->palette();
        own.setColor(QPalette::Window, tokens().raised);
        m_hint->setPalette(own);
        colorWords();
    });
}

void FilterBar::setCheck(std::function<Check(const QString &)> check)
{
    m_checker = std::move(check);
    recheck();
}

void FilterBar::setCandidates(std::function<std::vector<Candidate>(const QString &, int)> make)
{
    m_complete = std::move(make);
}

QString FilterBar::text() const
{
    return m_edit->text();
}

void FilterBar::setText(const QString &text)
{
    m_pause.stop();
    m_edit->setText(text);
    m_announced = text;
    recheck();
    hidePopup();
}

void FilterBar::setResult(const QString &result)
{
    m_result->setText(result);
}

void FilterBar::setPlaceholder(const QString &text)
{
    m_edit->setPlaceholderText(text);
}

void FilterBar::setHistory(const QStringList &history)
{
    m_history = history.mid(0, HistoryMax);
}

void FilterBar::focusText()
{
    m_edit->setFocus(Qt::ShortcutFocusReason);
    m_edit->selectAll();
}

void FilterBar::onEdited()
{
    m_recalled = -1;
    recheck();
    offer();
    m_pause.start();
}

void FilterBar::recheck()
{
    m_check = m_checker ? m_checker(text()) : Check{};
    m_edit->setAccessibleDescription(m_check.message);
    if (m_check.valid) {
        m_hint->hide();
    } else {
        m_hint->setText(u"✕ "_s + m_check.message);
    }
    colorWords();
    update();
}

// A line edit has no colours of its own; those of an input method's preview serve.
void FilterBar::colorWords()
{
    const Tokens &t = tokens();
    const QString words = text();
    QList<QInputMethodEvent::Attribute> attributes;
    const auto mark = [&](qsizetype from, qsizetype length, const QColor &color, bool underlined) {
        QTextCharFormat format;
        format.setForeground(color);
        if (underlined) {
            format.setUnderlineStyle(QTextCharFormat::WaveUnderline);
            format.setUnderlineColor(t.deny);
        }
        attributes.append({QInputMethodEvent::TextFormat,
                           static_cast<int>(from) - m_edit->cursorPosition(),
                           static_cast<int>(length), format});
    };
    static const QRegularExpression field(u"(?<![^\\s(!-])[A-Za-z_][\\w.]*(?=[:<>=!])"_s);
    for (auto match = field.globalMatch(words); match.hasNext();) {
        const QRegularExpressionMatch found = match.next();
        mark(found.capturedStart(), found.capturedLength(), t.accent, false);
    }
    if (!m_check.valid && m_check.position < words.size()) {
        mark(m_check.position, words.size() - m_check.position, t.deny, true);
    }
    QInputMethodEvent event(QString(), attributes);
    QCoreApplication::sendEvent(m_edit, &event);
}

// --- completion and history ---

void FilterBar::offer()
{
    if (!m_complete) {
        return;
    }
    const std::vector<Candidate> candidates = m_complete(text(), m_edit->cursorPosition());
    m_offers->clear();
    qsizetype widest = 0;
    for (const Candidate &candidate : candidates) {
        if (m_offers->rowCount() >= OffersMax) {
            break;
        }
        const QString shown =
            candidate.hint.isEmpty() ? candidate.text : candidate.text + u"   "_s + candidate.hint;
        auto *const item = new QStandardItem(shown);
        item->setData(candidate.text, Qt::UserRole);
        m_offers->appendRow(item);
        widest = std::max(widest, shown.size());
    }
    if (m_offers->rowCount() == 0 || !m_edit->hasFocus()) {
        hidePopup();
        return;
    }
    const int rows = std::min(m_offers->rowCount(), OffersShownMax);
    const int letter = QFontMetrics(monoFont()).horizontalAdvance(u'm');
    const auto [begin, end] = wordAt(text(), m_edit->cursorPosition());
    const QPoint at = mapToGlobal(QPoint(12 + letter * static_cast<int>(begin), height() + 3));
    m_popup->resize(std::clamp(static_cast<int>(widest) * letter + 40, 180, 520),
                    rows * metrics::RowHeight + 4);
    m_popup->move(at);
    m_popup->setCurrentIndex({});
    m_hint->hide();
    m_popup->show();
}

void FilterBar::take(int row)
{
    const QStandardItem *const item = m_offers->item(row);
    if (item == nullptr) {
        return;
    }
    const auto [begin, end] = wordAt(text(), m_edit->cursorPosition());
    const QString chosen = item->data(Qt::UserRole).toString();
    QString words = text();
    words.replace(begin, end - begin, chosen);
    m_edit->setText(words);
    m_edit->setCursorPosition(static_cast<int>(begin + chosen.size()));
    hidePopup();
    recheck();
    m_pause.start();
    if (chosen.endsWith(u':')) {
        offer(); // now its values
    }
}

void FilterBar::hidePopup()
{
    m_popup->hide();
}

void FilterBar::recall(int step)
{
    const int wanted = m_recalled + step;
    if (wanted < -1 || wanted >= m_history.size()) {
        return;
    }
    if (m_recalled < 0) {
        m_draft = text();
    }
    m_recalled = wanted;
    m_edit->setText(wanted < 0 ? m_draft : m_history[wanted]);
    recheck();
    m_pause.start();
}

void FilterBar::submit()
{
    hidePopup();
    if (!m_check.valid) {
        m_hint->adjustSize();
        m_hint->move(mapToGlobal(QPoint(0, height() + 3)));
        m_hint->show();
        return;
    }
    m_pause.stop();
    const QString now = text();
    if (!now.trimmed().isEmpty()) {
        m_history.removeAll(now);
        m_history.prepend(now);
        m_history = m_history.mid(0, HistoryMax);
    }
    m_recalled = -1;
    m_announced = now;
    Q_EMIT filterChanged(now);
    Q_EMIT submitted(now);
}

bool FilterBar::onKey(QKeyEvent *event)
{
    const int rows = m_offers->rowCount();
    const bool popup = m_popup->isVisible() && rows > 0;
    const int current = m_popup->currentIndex().row();
    const auto move = [&](int row) {
        m_popup->setCurrentIndex(m_offers->index((row + rows) % rows, 0));
    };
    switch (event->key()) {
    case Qt::Key_Down: popup ? move(current + 1) : recall(-1); return true;
    case Qt::Key_Up: popup ? move(current < 0 ? rows - 1 : current - 1) : recall(1); return true;
    case Qt::Key_Tab:
        if (popup) {
            take(std::max(current, 0));
            return true;
        }
        return false;
    case Qt::Key_Return:
    case Qt::Key_Enter: popup &&current >= 0 ? take(current) : submit(); return true;
    case Qt::Key_Escape:
        if (popup) {
            hidePopup();
            return true;
        }
        return false;
    case Qt::Key_Space:
        if (event->modifiers().testFlag(Qt::ControlModifier)) {
            offer();
            return true;
        }
        return false;
    default: return false;
    }
}

bool FilterBar::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_edit) {
        switch (event->type()) {
        case QEvent::KeyPress: {
            const bool taken = onKey(static_cast<QKeyEvent *>(event));
            if (taken) {
                return true;
            }
            break;
        }
        case QEvent::FocusOut:
            hidePopup();
            m_hint->hide();
            update();
            break;
        case QEvent::FocusIn: update(); break;
        case QEvent::Hide: hidePopup(); break;
        default: break;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void FilterBar::paintEvent(QPaintEvent *)
{
    const Tokens &t = tokens();
    QPainter painter(this);
    const bool focused = m_edit->hasFocus();
    QColor border = focused ? t.accent : t.line;
    if (!text().trimmed().isEmpty()) {
        border = m_check.valid ? t.allow : t.deny;
    }
    paintBox(painter, rect(),
             {.fill = t.surface,
              .border = border,
              .radius = metrics::CardRadius,
              .borderWidth = focused ? std::max(1.5, qreal(t.focusWidth)) : 1.0});
}

void FilterBar::resizeEvent(QResizeEvent *)
{
    hidePopup();
}

void FilterBar::moveEvent(QMoveEvent *)
{
    hidePopup();
}

} // namespace provost::ui
