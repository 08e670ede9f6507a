#pragma once

#include <QApplication>

namespace salient {

/// An application whose window outlives its mistakes: an exception that reaches the event loop, which may only let the process end, is told
/// instead. What it interrupted is left as it was then.
class Application : public QApplication {
    Q_OBJECT
public:
    using QApplication::QApplication;
    bool notify(QObject* receiver, QEvent* event) override;

signals:
    void failed(const QString& message);
};

}  // namespace salient
