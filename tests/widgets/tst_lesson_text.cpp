#include <QAbstractTextDocumentLayout>
#include <QElapsedTimer>
#include <QPainter>
#include <QPointF>
#include <QRectF>
#include <QSignalSpy>
#include <QSize>
#include <QStringList>
#include <QTemporaryDir>
#include <QTest>
#include <QTextBlock>
#include <QUrl>

#include "widgets/lesson.h"
#include "widgets/lesson_text.h"

using namespace salient;

namespace {

/// Notes every attempt to load something.
class Watched : public LessonText {
public:
    QStringList loaded;
    QVariant loadResource(int type, const QUrl& name) override {
        loaded << name.toString();
        return LessonText::loadResource(type, name);
    }
};

int pictures(const QTextDocument& document) {
    int n = 0;
    for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
        for (auto part = block.begin(); !part.atEnd(); ++part) n += part.fragment().charFormat().isImageFormat() ? 1 : 0;
    }
    return n;
}

bool hasPixelOf(const QImage& picture, QRgb colour) {
    for (int y = 0; y < picture.height(); ++y) {
        for (int x = 0; x < picture.width(); ++x) {
            if (picture.pixel(x, y) == colour) return true;
        }
    }
    return false;
}

}  // namespace

class TestLessonText : public QObject {
    Q_OBJECT

private slots:
    void picturesBecomeTheirDescriptionAndNothingIsLoaded_data() {
        QTest::addColumn<QString>("markdown");
        const QString file = folder_.filePath(QStringLiteral("red.png"));
        QImage red(64, 64, QImage::Format_RGB32);
        red.fill(QColor(255, 0, 0));
        QVERIFY(red.save(file));
        QTest::newRow("path") << QStringLiteral("![seen](%1)").arg(file);
        QTest::newRow("file address") << QStringLiteral("![seen](file://%1)").arg(file);
        QTest::newRow("resource") << QStringLiteral("![seen](:/icons/salient.svg) ![again](qrc:/icons/salient.svg)");
        QTest::newRow("data") << QStringLiteral("![seen](data:image/png;base64,iVBORw0KGgo=)");
        QTest::newRow("html") << QStringLiteral("<img src=\"%1\"> <img src='file://%1'>").arg(file);
        QTest::newRow("html block") << QStringLiteral("<div>\n<img src=\"%1\">\n</div>\n\n<style>@import url(file://%1)</style>").arg(file);
        QTest::newRow("script") << QStringLiteral("<script src='file://%1'></script><iframe src='file://%1'></iframe>").arg(file);
        QTest::newRow("reference") << QStringLiteral("![seen][a]\n\n[a]: %1").arg(file);
        QTest::newRow("address") << QStringLiteral("![seen](http://127.0.0.1:9/x.png) <img src='http://127.0.0.1:9/x.png'>");
        QTest::newRow("in a link") << QStringLiteral("[![seen](%1)](%1)").arg(file);
        QTest::newRow("in a table") << QStringLiteral("| a |\n| - |\n| ![seen](%1) |").arg(file);
        QTest::newRow("in a list") << QStringLiteral("- ![seen](%1) ![twice](%1)\n  1. ![deeper](%1)").arg(file);
    }
    void picturesBecomeTheirDescriptionAndNothingIsLoaded() {
        QFETCH(QString, markdown);
        Watched text;
        text.resize(400, 200);
        text.show();
        text.setProse(markdown);
        const QImage shown = text.grab().toImage();
        QCOMPARE(text.loaded, QStringList());
        QCOMPARE(pictures(*text.document()), 0);
        QVERIFY(!hasPixelOf(shown, qRgb(255, 0, 0)));
        QVERIFY(!text.toPlainText().trimmed().isEmpty());
    }

    void evenAPictureThatWasInsertedIsOnlyAnEmptyOne() {
        LessonText text;
        text.resize(300, 200);
        const QVariant picture = text.loadResource(QTextDocument::ImageResource, QUrl(QStringLiteral("/any/file.png")));
        QVERIFY(!picture.value<QImage>().isNull());  // a null one would make Qt open the name as a file
        QVERIFY(picture.value<QImage>().size() == QSize(1, 1));
        QVERIFY(text.loadResource(QTextDocument::HtmlResource, QUrl(QStringLiteral("/any/file.html"))).toByteArray().isEmpty());
    }

    void aLinkIsOnlyReported() {
        LessonText text;
        text.setProse(QStringLiteral("[away](https://example.org/x)"));
        text.resize(300, 100);
        text.show();
        QSignalSpy chosen(&text, &LessonText::linkChosen);
        const QUrl before = text.source();
        const QRectF place = text.document()->documentLayout()->blockBoundingRect(text.document()->firstBlock());
        QTest::mouseClick(text.viewport(), Qt::LeftButton, {}, (place.topLeft() + QPointF(6, place.height() / 2)).toPoint());
        QCOMPARE(chosen.count(), 1);
        QCOMPARE(chosen.front().front().toString(), QStringLiteral("https://example.org/x"));
        QCOMPARE(text.source(), before);
        QCOMPARE(text.toPlainText(), QStringLiteral("away"));
    }

    void htmlStaysText() {
        LessonText text;
        text.setProse(QStringLiteral("a <b onclick='x'>bold</b> word"));
        QVERIFY(text.toPlainText().contains(QStringLiteral("<b onclick='x'>bold</b>")));
    }

    void theLargestLessonIsShownInATime() {
        // As hostile as the reader lets through: the limit on bytes full of lists, quotations, emphasis and brackets.
        QByteArray file = "# A\n## B\n";
        const QByteArray line = QByteArray("> - * ") + QByteArray("[*_").repeated(500) + "\n";
        while (file.size() + line.size() < kMostLessonBytes) file += line;
        const Lesson lesson = readLesson(file, QStringLiteral("large.md"));
        QElapsedTimer timer;
        timer.start();
        LessonText text;
        text.resize(400, 400);
        text.show();
        text.setProse(std::get<LessonProse>(lesson.steps[0].shown[0]).markdown);
        text.grab();
        QVERIFY2(timer.elapsed() < 60000, qPrintable(QString::number(timer.elapsed())));
        qInfo("%lld ms", static_cast<long long>(timer.elapsed()));
    }

    void isAsHighAsItsTextAndFollowsTheFont() {
        LessonText text;
        text.setProse(QStringLiteral("word ").repeated(100));
        const int narrow = text.heightForWidth(200);
        const int wide = text.heightForWidth(800);
        QVERIFY(narrow > 2 * wide);
        QFont font = text.font();
        font.setPointSizeF(2.0 * font.pointSizeF());
        text.setFont(font);
        QVERIFY(text.heightForWidth(800) > 2 * wide);
    }

private:
    QTemporaryDir folder_;
};

QTEST_MAIN(TestLessonText)
#include "tst_lesson_text.moc"
