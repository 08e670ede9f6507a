#include <QAccessible>
#include <QLabel>
#include <QLineEdit>
#include <QPixmap>
#include <QTest>

#include "widgets/label_reader.h"
#include "widgets/plain_text.h"

using namespace salient;

namespace {

QString spoken(QWidget& widget) {
    const QAccessibleInterface* reader = QAccessible::queryAccessibleInterface(&widget);
    return reader == nullptr ? QStringLiteral("nothing") : reader->text(QAccessible::Name);
}

}  // namespace

class TestLabelReader : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        installLabelReader();
        installLabelReader();  // does no harm
    }

    void aNamedLabelIsReadWithWhatItShows() {
        QWidget window;
        QLabel* label = plainLabel(&window, QStringLiteral("about 2 min"));
        label->setAccessibleName(QStringLiteral("Forecast"));
        label->setToolTip(QStringLiteral("on this machine"));
        QCOMPARE(spoken(*label), QStringLiteral("Forecast: about 2 min"));
        label->setText(QStringLiteral("<b>3</b> %1"));  // as it stands there
        QCOMPARE(spoken(*label), QStringLiteral("Forecast: <b>3</b> %1"));
        label->clear();
        QCOMPARE(spoken(*label), QStringLiteral("Forecast"));
        QCOMPARE(QAccessible::queryAccessibleInterface(label)->role(), QAccessible::StaticText);
        QCOMPARE(QAccessible::queryAccessibleInterface(label)->text(QAccessible::Description), QStringLiteral("on this machine"));
    }

    void markupIsReadAsItsText() {
        QLabel label(QStringLiteral("<p>one &lt; <i>two</i></p>"));
        label.setAccessibleName(QStringLiteral("Order"));
        QCOMPARE(spoken(label), QStringLiteral("Order: one < two"));
    }

    void aCaptionIsReadWithoutItsMarkAndLeadsToItsField() {
        QWidget window;
        QLabel caption(QStringLiteral("R&ows && columns"), &window);
        QLineEdit field(&window);
        caption.setBuddy(&field);
        QCOMPARE(spoken(caption), QStringLiteral("Rows & columns"));
        const auto relations = QAccessible::queryAccessibleInterface(&caption)->relations(QAccessible::AllRelations);
        QCOMPARE(relations.size(), 1);
        QCOMPARE(relations[0].first->object(), &field);
        QVERIFY(relations[0].second.testFlag(QAccessible::Labelled));
    }

    void whatHasNoNameIsReadAsBefore() {
        QLabel label(QStringLiteral("Text alone"));
        QCOMPARE(spoken(label), QStringLiteral("Text alone"));
        QLabel picture;
        QPixmap red(4, 4);
        red.fill(Qt::red);
        picture.setPixmap(red);
        picture.setAccessibleName(QStringLiteral("A red square"));
        QCOMPARE(spoken(picture), QStringLiteral("A red square"));
        QCOMPARE(QAccessible::queryAccessibleInterface(&picture)->role(), QAccessible::Graphic);
    }
};

QTEST_MAIN(TestLabelReader)
#include "tst_label_reader.moc"
