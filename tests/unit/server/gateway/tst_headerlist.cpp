// Headers in one piece: order, letter case, repetition, copies.
#include "server/gateway/headerlist.h"

#include "tests/support/testing.h"

#include <QTest>

using namespace provost;
using namespace provost::gateway;

class TstHeaderList : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keepsOrderAndSpelling();
    void findsTheFirstInAnyCase();
    void holdsMany();
    void copiesAreIndependent();
};

void TstHeaderList::keepsOrderAndSpelling()
{
    const HeaderList list{{"Host", "a"}, {"x-EMPTY", ""}, {"Host", "b"}};
    QCOMPARE(list.size(), qsizetype(3));
    QByteArray all;
    for (const HeaderList::Field field : list)
        all += field.name.toByteArray() + '=' + field.value.toByteArray() + ';';
    QCOMPARE(all, "Host=a;x-EMPTY=;Host=b;");
    QCOMPARE(list[2].value, "b");
}

void TstHeaderList::findsTheFirstInAnyCase()
{
    const HeaderList list{{"Accept", "x"}, {"X-Empty", ""}, {"accept", "y"}};
    QCOMPARE(list.find("ACCEPT").value_or("none"), "x");
    QVERIFY(list.find("x-empty").has_value());
    QVERIFY(list.find("x-empty")->isEmpty());
    QVERIFY(!list.find("Accep"));
    QVERIFY(!list.find("[ccept")); // differs by the bit that tells the case of letters
    QVERIFY(!HeaderList().find("Accept"));
    QVERIFY(!HeaderList({{"a@b", "x"}}).find("a`b"));
}

void TstHeaderList::holdsMany()
{
    HeaderList list;
    for (int i = 0; i < 100; ++i)
        list.add(QByteArray("X-" + QByteArray::number(i)), QByteArray(i, 'v'));
    for (int i = 0; i < 100; ++i)
        QCOMPARE(list.find(QByteArray("x-" + QByteArray::number(i))).value_or("none"),
                 QByteArray(i, 'v'));
}

void TstHeaderList::copiesAreIndependent()
{
    HeaderList list{{"A", "1"}};
    HeaderList copy = list;
    copy.add("B", "2");
    list.add("C", "3");
    QVERIFY(!list.find("B"));
    QVERIFY(!copy.find("C"));
    const HeaderList moved = std::move(copy);
    QCOMPARE(moved.find("A").value_or("none"), "1");
    QCOMPARE(moved.find("B").value_or("none"), "2");
}

PROVOST_TEST(TstHeaderList)
#include "tst_headerlist.moc"
