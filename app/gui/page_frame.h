#pragma once

#include <QWidget>

class QLabel;
class QPushButton;
class QStackedLayout;

namespace salient {

/// A page of the window: a heading with one line of explanation, and the view; or, while there is nothing to show, what to do next.
class PageFrame : public QWidget {
    Q_OBJECT
public:
    PageFrame(const QString& title, const QString& explanation, QWidget* content, QWidget* parent = nullptr);

    /// Shows the sentence and a button instead of the view.
    void setEmpty(const QString& sentence, const QString& button);
    void setReady();
    [[nodiscard]] bool isReady() const;
    /// Without its heading where something else says which page it is.
    void setHeadingShown(bool shown);
    /// Its title alone where room is short.
    void setExplanationShown(bool shown);
    [[nodiscard]] QWidget* content() const noexcept { return content_; }

signals:
    void nextRequested();  ///< the button of the empty state

protected:
    void changeEvent(QEvent* event) override;

private:
    void fitSentence();

    QWidget* content_;
    QWidget* heading_;
    QLabel* explanation_;
    QStackedLayout* stack_;
    QLabel* sentence_;
    QPushButton* next_;
};

}  // namespace salient
