// FacetsPanel: the most frequent values of a few fields, with their share. A click narrows the filter to the value, the
// context menu excludes or copies it.
// Thread: ui thread.
#pragma once

#include "server/control/types.h"

#include <QWidget>

class QVBoxLayout;

namespace provost::ui {

class FacetsPanel : public QWidget
{
    Q_OBJECT

public:
    explicit FacetsPanel(QWidget *parent = nullptr);

    void setFacets(const std::vector<control::Facet> &facets, qint64 records);

Q_SIGNALS:
    // A term for the filter: `tool:query_analytics` or `-tool:query_analytics`.
    void termChosen(const QString &term);

private:
    QVBoxLayout *m_column = nullptr;
    QWidget *m_content = nullptr;
};

} // namespace provost::ui
