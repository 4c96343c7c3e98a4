#pragma once

#include <QWidget>
#include <filesystem>
#include <vector>

class QMimeData;

namespace mantissa::ui {

/// What a drop would do. The window draws it while something is dragged over it.
struct DropPlan {
    std::vector<std::filesystem::path> files;
    bool picture = false;  ///< image data without a file
    QString text;          ///< "Open as model"; empty: nothing here can be opened
};
DropPlan planDrop(const QMimeData& data);

/// A 2 px accent frame over the window that names the result of the drop.
class DropFrame final : public QWidget {
    Q_OBJECT

  public:
    explicit DropFrame(QWidget* parent);
    void showText(const QString& text);
    QString text() const { return text_; }

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    QString text_;
};

}  // namespace mantissa::ui
