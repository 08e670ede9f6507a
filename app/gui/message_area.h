#pragma once

#include <QFrame>
#include <functional>

class QLabel;
class QPushButton;
class QToolButton;

namespace salient {

/// One message above the page, until it is dismissed or replaced: what failed and why, or what was done. Never modal.
class MessageArea : public QFrame {
    Q_OBJECT
public:
    enum class Kind { Note, Error };

    explicit MessageArea(QWidget* parent = nullptr);
    /// One thing that can be done about it, as a button beside the text. Pressing it takes the message away.
    struct Action {
        QString text;
        std::function<void()> run;
    };
    void showMessage(Kind kind, const QString& title, const QString& text, const Action& action = {});
    /// The same below what is shown, if something is: the worse kind and the latest action count.
    void addMessage(Kind kind, const QString& title, const QString& text, const Action& action = {});
    void dismiss();
    [[nodiscard]] QString text() const;
    [[nodiscard]] Kind kind() const noexcept { return kind_; }

protected:
    void changeEvent(QEvent* event) override;

private:
    void refresh();

    Kind kind_ = Kind::Note;
    QLabel* icon_;
    QLabel* text_;
    QPushButton* act_;
    std::function<void()> action_;
    QToolButton* copy_;
    QToolButton* close_;
};

}  // namespace salient
