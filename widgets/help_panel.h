#pragma once

#include <QWidget>

class QScrollArea;

namespace salient {

class LessonText;

/// A page of help beside the view it is about. Scrolls; links are only reported.
class HelpPanel : public QWidget {
    Q_OBJECT
public:
    explicit HelpPanel(QWidget* parent = nullptr);

    void setText(const QString& markdown);
    [[nodiscard]] QString shownText() const;  ///< without its markup
    [[nodiscard]] QSize sizeHint() const override;

signals:
    void linkChosen(const QString& address);

private:
    QScrollArea* scroll_;
    LessonText* text_;
};

}  // namespace salient
