#include "ui/kit/style.h"

#include "ui/kit/fonts.h"
#include "ui/kit/theme.h"

#include <QAbstractItemView>
#include <QAbstractSpinBox>
#include <QComboBox>
#include <QHeaderView>
#include <QMenu>
#include <QScrollBar>
#include <QStyleFactory>
#include <QStyleOption>
#include <QTabBar>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int ScrollBarExtent = 10;
constexpr int ScrollHandleMin = 32;

QRect scrollHandle(const QStyleOptionSlider &bar)
{
    const bool horizontal = bar.orientation == Qt::Horizontal;
    const int length = horizontal ? bar.rect.width() : bar.rect.height();
    const qint64 range = qint64(bar.maximum) - bar.minimum;
    if (range <= 0 || length <= 0) {
        return horizontal ? QRect(0, 0, length, bar.rect.height())
                          : QRect(0, 0, bar.rect.width(), length);
    }
    const int handle = std::clamp(
        static_cast<int>(qint64(length) * bar.pageStep / (range + std::max(1, bar.pageStep))),
        std::min(ScrollHandleMin, length), length);
    const int at = QStyle::sliderPositionFromValue(bar.minimum, bar.maximum, bar.sliderPosition,
                                                   length - handle, bar.upsideDown);
    return horizontal ? QRect(at, 0, handle, bar.rect.height())
                      : QRect(0, at, bar.rect.width(), handle);
}

QRect scrollBarPart(const QStyleOptionSlider &bar, QStyle::SubControl part)
{
    const QRect handle = scrollHandle(bar);
    const bool horizontal = bar.orientation == Qt::Horizontal;
    QRect result;
    switch (part) {
    case QStyle::SC_ScrollBarSlider: result = handle; break;
    case QStyle::SC_ScrollBarGroove:
        result = QRect(0, 0, bar.rect.width(), bar.rect.height());
        break;
    case QStyle::SC_ScrollBarSubPage:
        result = horizontal ? QRect(0, 0, handle.left(), handle.height())
                            : QRect(0, 0, handle.width(), handle.top());
        break;
    case QStyle::SC_ScrollBarAddPage:
        result = horizontal ? QRect(handle.right() + 1, 0, bar.rect.width() - handle.right() - 1,
                                    handle.height())
                            : QRect(0, handle.bottom() + 1, handle.width(),
                                    bar.rect.height() - handle.bottom() - 1);
        break;
    default: return {}; // no arrows
    }
    return QStyle::visualRect(bar.direction, bar.rect, result.translated(bar.rect.topLeft()));
}

} // namespace

ConsoleStyle::ConsoleStyle()
    : QProxyStyle(QStyleFactory::create(u"Fusion"_s))
{
}

void ConsoleStyle::polish(QWidget *widget)
{
    QProxyStyle::polish(widget);
    if (qobject_cast<QScrollBar *>(widget) != nullptr
        || qobject_cast<QComboBox *>(widget) != nullptr
        || qobject_cast<QAbstractItemView *>(widget) != nullptr) {
        widget->setAttribute(Qt::WA_Hover);
    }
    if (auto *const tabs = qobject_cast<QTabBar *>(widget)) {
        tabs->setExpanding(false);
    }
    if (qobject_cast<QHeaderView *>(widget) != nullptr) {
        widget->setFont(uiFont(11, QFont::DemiBold));
    }
    if (qobject_cast<QMenu *>(widget) != nullptr) {
        widget->setAttribute(Qt::WA_TranslucentBackground); // for the round corners
    }
}

int ConsoleStyle::pixelMetric(PixelMetric metric, const QStyleOption *option,
                              const QWidget *widget) const
{
    switch (metric) {
    case PM_ScrollBarExtent: return ScrollBarExtent;
    case PM_ScrollBarSliderMin: return ScrollHandleMin;
    case PM_ScrollView_ScrollBarSpacing:
    case PM_ScrollView_ScrollBarOverlap: return 0;
    case PM_LayoutHorizontalSpacing:
    case PM_LayoutVerticalSpacing: return metrics::Gap;
    case PM_LayoutLeftMargin:
    case PM_LayoutTopMargin:
    case PM_LayoutRightMargin:
    case PM_LayoutBottomMargin: return metrics::CardPadding;
    case PM_IndicatorWidth:
    case PM_IndicatorHeight:
    case PM_ExclusiveIndicatorWidth:
    case PM_ExclusiveIndicatorHeight: return 16;
    case PM_CheckBoxLabelSpacing:
    case PM_RadioButtonLabelSpacing: return 8;
    case PM_ButtonIconSize:
    case PM_SmallIconSize:
    case PM_ListViewIconSize:
    case PM_TabBarIconSize: return metrics::IconSize;
    case PM_FocusFrameHMargin: return 7; // beside the text of list entries
    case PM_MenuPanelWidth: return 1;
    case PM_MenuHMargin:
    case PM_MenuVMargin: return 5;
    case PM_MenuBarPanelWidth: return 0;
    case PM_MenuBarItemSpacing: return 2;
    case PM_HeaderMargin:
    case PM_HeaderMarkSize: return 10;
    case PM_HeaderDefaultSectionSizeVertical: return metrics::RowHeight;
    case PM_SplitterWidth: return metrics::Gap;
    case PM_DefaultFrameWidth:
    case PM_ComboBoxFrameWidth: return 1;
    case PM_ToolTipLabelFrameWidth: return 7;
    case PM_TabBarTabHSpace: return 24;
    case PM_TabBarTabVSpace: return 14;
    case PM_TabBarBaseHeight:
    case PM_TabBarBaseOverlap:
    case PM_TabBarTabShiftVertical:
    case PM_TabBarTabShiftHorizontal:
    case PM_ButtonShiftHorizontal:
    case PM_ButtonShiftVertical: return 0;
    case PM_TreeViewIndentation: return 18;
    default: return QProxyStyle::pixelMetric(metric, option, widget);
    }
}

int ConsoleStyle::styleHint(StyleHint hint, const QStyleOption *option, const QWidget *widget,
                            QStyleHintReturn *data) const
{
    switch (hint) {
    case SH_EtchDisabledText:
    case SH_DialogButtonBox_ButtonsHaveIcons:
    case SH_ComboBox_Popup:
    case SH_ScrollBar_Transient:
    case SH_ItemView_ActivateItemOnSingleClick:
    case SH_Menu_FlashTriggeredItem:
    case SH_Widget_Animation_Duration: return 0;
    case SH_ItemView_ShowDecorationSelected:
    case SH_ComboBox_ListMouseTracking:
    case SH_Menu_MouseTracking: return 1;
    case SH_Table_GridLineColor: return static_cast<int>(tokens().line.rgb());
    case SH_Header_ArrowAlignment: return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
    case SH_ToolTip_WakeUpDelay: return 400;
    case SH_ToolTipLabel_Opacity: return 255;
    case SH_TabBar_Alignment: return static_cast<int>(Qt::AlignLeft);
    default: return QProxyStyle::styleHint(hint, option, widget, data);
    }
}

QSize ConsoleStyle::sizeFromContents(ContentsType type, const QStyleOption *option,
                                     const QSize &contents, const QWidget *widget) const
{
    switch (type) {
    case CT_PushButton: {
        const QSize natural = QProxyStyle::sizeFromContents(type, option, contents, widget);
        return {std::max(natural.width() + 8, 64), metrics::ControlHeight};
    }
    case CT_ToolButton: return {contents.width() + 12, metrics::ControlHeight};
    case CT_LineEdit: return {contents.width() + 4, metrics::ControlHeight};
    case CT_ComboBox: return {contents.width() + 42, metrics::ControlHeight};
    case CT_SpinBox: return {contents.width() + 40, metrics::ControlHeight};
    case CT_MenuBarItem: return contents + QSize(16, 8);
    case CT_MenuItem: {
        const auto *const item = qstyleoption_cast<const QStyleOptionMenuItem *>(option);
        if (item != nullptr && item->menuItemType == QStyleOptionMenuItem::Separator) {
            return {contents.width(), 11};
        }
        int width = contents.width() + 56; // icon column and both edges
        if (item != nullptr && item->text.contains(u'\t')) {
            width += 28; // between words and keys
        }
        return {width, metrics::RowHeight};
    }
    case CT_HeaderSection: {
        const QSize natural = QProxyStyle::sizeFromContents(type, option, contents, widget);
        return {natural.width(), metrics::HeaderHeight};
    }
    case CT_ItemViewItem: {
        const QSize natural = QProxyStyle::sizeFromContents(type, option, contents, widget);
        return {natural.width() + 8, std::max(natural.height(), metrics::RowHeight)};
    }
    case CT_ProgressBar: return {contents.width(), 8};
    default: return QProxyStyle::sizeFromContents(type, option, contents, widget);
    }
}

QRect ConsoleStyle::subElementRect(SubElement element, const QStyleOption *option,
                                   const QWidget *widget) const
{
    switch (element) {
    case SE_LineEditContents: {
        const QRect natural = QProxyStyle::subElementRect(element, option, widget);
        const bool inSpinBox =
            widget != nullptr
            && qobject_cast<QAbstractSpinBox *>(widget->parentWidget()) != nullptr;
        return inSpinBox ? natural : natural.adjusted(7, 0, -7, 0);
    }
    case SE_ProgressBarGroove:
    case SE_ProgressBarContents: return option->rect;
    case SE_ProgressBarLabel: return {};
    case SE_PushButtonFocusRect: return option->rect;
    default: return QProxyStyle::subElementRect(element, option, widget);
    }
}

QRect ConsoleStyle::subControlRect(ComplexControl control, const QStyleOptionComplex *option,
                                   SubControl part, const QWidget *widget) const
{
    if (control == CC_ScrollBar) {
        if (const auto *const bar = qstyleoption_cast<const QStyleOptionSlider *>(option)) {
            return scrollBarPart(*bar, part);
        }
    }
    if (control == CC_ComboBox) {
        const QRect all = option->rect;
        switch (part) {
        case SC_ComboBoxArrow: return {all.right() - 25, all.top(), 26, all.height()};
        case SC_ComboBoxEditField: return all.adjusted(11, 1, -27, -1);
        case SC_ComboBoxListBoxPopup: return all.adjusted(0, 2, 0, 2);
        default: return all;
        }
    }
    return QProxyStyle::subControlRect(control, option, part, widget);
}

} // namespace provost::ui
