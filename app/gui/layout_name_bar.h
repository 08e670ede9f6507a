#pragma once

#include <QFrame>
#include <QPointer>
#include <QStringList>

class QLabel;
class QLineEdit;
class QPushButton;

namespace salient {

/// Asks for a layout's name, in a line above the page; the window goes on meanwhile. Escape or its button closes it.
class LayoutNameBar : public QFrame {
    Q_OBJECT
public:
    explicit LayoutNameBar(QWidget* parent = nullptr);
    /// Shows it with that proposal. A name that the user's own layouts have is replaced, which the button says; one of those that are built
    /// in cannot be had.
    void ask(const QString& proposal, const QStringList& own, const QStringList& built_in);

signals:
    void named(const QString& name);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void refresh();
    void answer();
    void putAway();
    void fitLine();

    QStringList own_;
    QStringList built_in_;
    QLineEdit* line_;
    QPushButton* save_;
    QLabel* problem_;
    QPointer<QWidget> before_;  ///< what had the focus
};

}  // namespace salient
