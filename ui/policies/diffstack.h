// DiffStack: the differences of several files below each other, one card each; with buttons where something must be
// decided about a file.
// Thread: ui thread.
#pragma once

#include <QByteArray>
#include <QScrollArea>

#include <vector>

class QVBoxLayout;

namespace provost::ui {

struct FileDifference
{
    QByteArray name;
    QString before;
    QString after;
    QString beforeTitle;
    QString afterTitle;
    bool conflicted = false;
    bool operator==(const FileDifference &) const = default;
};

class DiffStack : public QScrollArea
{
    Q_OBJECT

public:
    DiffStack(const QString &name, const QString &accessible, QWidget *parent = nullptr);

    void setDifferences(const std::vector<FileDifference> &differences);

Q_SIGNALS:
    void keepMine(const QByteArray &name);
    void takeTheirs(const QByteArray &name);

private:
    void addFile(const FileDifference &difference);

    QString m_name;
    std::vector<FileDifference> m_shown;
    QWidget *m_content = nullptr;
    QVBoxLayout *m_column = nullptr;
};

} // namespace provost::ui
