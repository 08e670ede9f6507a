#pragma once

#include <QTextBrowser>

namespace salient {

/// Markdown from a file that is not trusted, shown as text: HTML in it stays text, pictures become their description, and nothing is
/// loaded from anywhere. A link does nothing but emit linkChosen(). As high as its text, so that it can stand among other views.
class LessonText : public QTextBrowser {
    Q_OBJECT
public:
    explicit LessonText(QWidget* parent = nullptr);

    void setProse(const QString& markdown);

    [[nodiscard]] QVariant loadResource(int type, const QUrl& name) override;  ///< always an empty picture
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;

signals:
    /// The address of a link, as it stands in the text.
    void linkChosen(const QString& address);

protected:
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void render();
    [[nodiscard]] int lineWidth(int width) const;  ///< of lines that can be read, in pixels

    QString markdown_;
    QTextDocument* shown_ = nullptr;
    mutable int known_width_ = -1;  // and the height that goes with it: asked for many times while windows are laid out
    mutable int known_height_ = 0;
};

}  // namespace salient
