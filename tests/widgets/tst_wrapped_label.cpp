#include <QTest>
#include <QVBoxLayout>

#include "widgets/wrapped_label.h"

using namespace salient;

class TestWrappedLabel : public QObject {
    Q_OBJECT

private slots:
    void asksForAllItsLines() {
        constexpr int kPicture = 100;
        QWidget page;
        auto* label = new WrappedLabel(QStringLiteral("one two three four five six seven eight nine ten eleven twelve"));
        label->setWordWrap(true);
        auto* picture = new QWidget;
        picture->setMinimumHeight(kPicture);
        auto* layout = new QVBoxLayout(&page);
        layout->setContentsMargins(0, 0, 0, 0);
        layout->setSpacing(0);
        layout->addWidget(label);
        layout->addWidget(picture, 1);
        page.resize(1000, 300);
        page.show();
        QVERIFY(QTest::qWaitForWindowExposed(&page));
        const int line = label->fontMetrics().height();
        QTRY_VERIFY(page.minimumSizeHint().height() < kPicture + 2 * line);
        page.resize(100, 300);
        QTRY_COMPARE(page.minimumSizeHint().height(), kPicture + label->heightForWidth(100));
        QVERIFY(label->heightForWidth(100) >= 3 * line);
        page.resize(1000, 300);
        QTRY_VERIFY(page.minimumSizeHint().height() < kPicture + 2 * line);
    }

    void aLabelOfOneLineIsAsWideAsItsText() {
        WrappedLabel label(QStringLiteral("one two three"));
        QVERIFY(label.minimumSizeHint().width() >= label.fontMetrics().horizontalAdvance(label.text()));
    }
};

QTEST_MAIN(TestWrappedLabel)
#include "tst_wrapped_label.moc"
