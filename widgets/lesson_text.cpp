#include "widgets/lesson_text.h"

#include <QImage>
#include <QKeyEvent>
#include <QTextBlock>
#include <QTextCursor>
#include <QTextDocument>
#include <QTextTable>
#include <QUrl>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "widgets/theme.h"

namespace salient {

namespace {

constexpr int kLineHeight_percent = 125;
constexpr int kReadableWidth = 68;  // average characters of a line
constexpr int kWidest = 120;        // average characters of a line
constexpr double kCellPadding = 5.0;
constexpr int kSpoken = 200;  // characters of an accessible name

/// Pictures become their descriptions before anything is laid out: Qt's own fall-back would open a picture's name as a file.
void describePictures(QTextDocument& document) {
    for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
        for (bool found = true; found;) {
            found = false;
            for (auto part = block.begin(); !part.atEnd(); ++part) {
                const QTextFragment fragment = part.fragment();
                if (!fragment.charFormat().isImageFormat()) continue;
                const QString alternative = fragment.charFormat().property(QTextFormat::ImageAltText).toString();
                QTextCursor cursor(&document);
                cursor.setPosition(fragment.position());
                cursor.setPosition(fragment.position() + fragment.length(), QTextCursor::KeepAnchor);
                cursor.insertText(LessonText::tr("[picture: %1]").arg(alternative.isEmpty() ? LessonText::tr("not shown") : alternative),
                                  QTextCharFormat());
                found = true;
                break;  // the block's fragments are others now
            }
        }
    }
}

void spaceOut(QTextDocument& document, const QPalette& palette) {
    QTextCursor all(&document);
    all.select(QTextCursor::Document);
    QTextBlockFormat airy;
    airy.setLineHeight(kLineHeight_percent, QTextBlockFormat::ProportionalHeight);
    all.mergeBlockFormat(airy);
    for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
        if (block.blockFormat().headingLevel() == 0) continue;
        QTextCharFormat heading;  // beside the headings of the window, one size larger is large enough
        heading.setProperty(QTextFormat::FontSizeAdjustment, block.blockFormat().headingLevel() == 1 ? 1 : 0);
        QTextCursor cursor(block);
        cursor.select(QTextCursor::BlockUnderCursor);
        cursor.mergeCharFormat(heading);
    }
    for (QTextFrame* frame : document.rootFrame()->childFrames()) {
        auto* table = qobject_cast<QTextTable*>(frame);
        if (table == nullptr) continue;
        QTextTableFormat format = table->format();
        format.setCellPadding(kCellPadding);
        format.setCellSpacing(0);
        format.setBorder(1);
        format.setBorderCollapse(true);
        format.setBorderStyle(QTextFrameFormat::BorderStyle_Solid);
        format.setBorderBrush(gridColour(palette));
        table->setFormat(format);
    }
}

}  // namespace

LessonText::LessonText(QWidget* parent) : QTextBrowser(parent) {
    setOpenLinks(false);
    setOpenExternalLinks(false);
    setFrameShape(QFrame::NoFrame);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    document()->setDocumentMargin(0);
    viewport()->setAutoFillBackground(false);
    setAutoFillBackground(false);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setLineWrapMode(QTextEdit::FixedPixelWidth);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
    connect(this, &QTextBrowser::anchorClicked, this, [this](const QUrl& address) { emit linkChosen(address.toString()); });
}

void LessonText::setProse(const QString& markdown) {
    markdown_ = markdown;
    render();
}

void LessonText::render() {
    auto fresh = std::make_unique<QTextDocument>();
    fresh->setDefaultFont(font());
    fresh->setDocumentMargin(0);
    fresh->setMarkdown(markdown_, QTextDocument::MarkdownFeatures(QTextDocument::MarkdownDialectGitHub) | QTextDocument::MarkdownNoHTML);
    describePictures(*fresh);
    spaceOut(*fresh, palette());
    fresh->setParent(this);  // goes after everything that shows it
    setDocument(fresh.get());
    delete std::exchange(shown_, fresh.release());
    known_width_ = -1;
    setLineWrapColumnOrWidth(lineWidth(width()));
    setAccessibleName(shown_->toPlainText().left(kSpoken));
    updateGeometry();
}

QVariant LessonText::loadResource(int type, const QUrl& /*name*/) {
    if (type != QTextDocument::ImageResource) return QByteArray();
    QImage nothing(1, 1, QImage::Format_ARGB32_Premultiplied);
    nothing.fill(Qt::transparent);
    return nothing;
}

int LessonText::lineWidth(int width) const { return std::min(width, kWidest * fontMetrics().averageCharWidth()); }

void LessonText::resizeEvent(QResizeEvent* event) {
    setLineWrapColumnOrWidth(lineWidth(event->size().width()));
    QTextBrowser::resizeEvent(event);
}

int LessonText::heightForWidth(int width) const {
    width = lineWidth(width);
    if (width != known_width_) {
        const std::unique_ptr<QTextDocument> copy(document()->clone());
        copy->setTextWidth(width);
        known_width_ = width;
        known_height_ = static_cast<int>(std::ceil(copy->size().height())) + 2;
    }
    return known_height_;
}

QSize LessonText::sizeHint() const {
    const int width = kReadableWidth * fontMetrics().averageCharWidth();
    return {width, heightForWidth(width)};
}

QSize LessonText::minimumSizeHint() const { return {24 * fontMetrics().averageCharWidth(), fontMetrics().height()}; }

void LessonText::changeEvent(QEvent* event) {
    QTextBrowser::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::PaletteChange) render();
}

void LessonText::keyPressEvent(QKeyEvent* event) {
    // What moves about belongs to the lesson around the text; links and the clipboard stay here.
    const int key = event->key();
    const bool is_here = key == Qt::Key_Tab || key == Qt::Key_Backtab || event->matches(QKeySequence::Copy) ||
                         event->matches(QKeySequence::SelectAll) ||
                         ((key == Qt::Key_Return || key == Qt::Key_Enter) && textCursor().charFormat().isAnchor());
    if (is_here) {
        QTextBrowser::keyPressEvent(event);
    } else {
        event->ignore();
    }
}

void LessonText::wheelEvent(QWheelEvent* event) { event->ignore(); }

}  // namespace salient
