#include <QLineEdit>
#include <QListWidget>
#include <QSignalSpy>
#include <QTest>

#include "widgets/command_palette.h"

using namespace salient;

class TestCommandPalette : public QObject {
    Q_OBJECT

private slots:
    void lettersMustOccurInOrder_data() {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("matches");
        QTest::newRow("nothing typed") << ""
                                       << "Save recipe" << true;
        QTest::newRow("start") << "sav"
                               << "Save recipe" << true;
        QTest::newRow("first letters") << "sr"
                                       << "Save recipe" << true;
        QTest::newRow("words in any order") << "recipe save"
                                            << "File Save recipe" << true;
        QTest::newRow("capitals") << "SAVE"
                                  << "save recipe" << true;
        QTest::newRow("a part of a layer") << "3 down"
                                           << "Layer model.layers.3.mlp.down_proj" << true;
        QTest::newRow("wrong order") << "vas"
                                     << "Save" << false;
        QTest::newRow("a word that is not there") << "save model"
                                                  << "Save recipe" << false;
    }
    void lettersMustOccurInOrder() {
        QFETCH(QString, typed);
        QFETCH(QString, text);
        QFETCH(bool, matches);
        QCOMPARE(matchScore(typed, text) >= 0, matches);
    }

    void betterMatchesComeFirst() {
        QVERIFY(matchScore("map", "Model map") > matchScore("map", "Show my axis position"));
        QVERIFY(matchScore("comp", "Compare") > matchScore("comp", "Copy as command prompt"));
    }

    void typedAndChosenByKeys() {
        QWidget parent;
        parent.resize(800, 600);
        parent.show();
        CommandPalette palette(&parent);
        QSignalSpy chosen(&palette, &CommandPalette::chosen);
        palette.open({{"Open model folder…", "File", "Ctrl+O"}, {"Undo", "Edit", "Ctrl+Z"}, {"Dark", "View › Theme", ""}});
        QVERIFY(palette.isVisible());
        QCOMPARE(palette.matches(), (std::vector<int>{0, 1, 2}));
        auto* line = palette.findChild<QLineEdit*>();
        QTest::keyClicks(line, "dark");
        QCOMPARE(palette.matches(), std::vector<int>{2});
        line->clear();
        QTest::keyClick(line, Qt::Key_Down);
        QTest::keyClick(line, Qt::Key_Return);
        QCOMPARE(chosen.count(), 1);
        QCOMPARE(chosen.first().first().toInt(), 1);
        QVERIFY(!palette.isVisible());
        palette.open({{"Undo", "Edit", ""}});
        QCOMPARE(line->text(), QString());
        QTest::keyClicks(line, "zzz");
        QTest::keyClick(line, Qt::Key_Return);  // nothing matches: nothing happens
        QCOMPARE(chosen.count(), 1);
        QTest::keyClick(line, Qt::Key_Escape);
        QVERIFY(!palette.isVisible());
    }
};

QTEST_MAIN(TestCommandPalette)
#include "tst_command_palette.moc"
