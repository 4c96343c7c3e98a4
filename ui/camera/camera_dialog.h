#pragma once

#include <QDialog>

class QComboBox;
class QLabel;
class QPushButton;

namespace mantissa::ui {

class CameraPreview;
class CameraSession;

/// "Picture from camera…": what the camera sees, live, and a button that takes it. The camera is open only as long as
/// the dialog is.
class CameraDialog final : public QDialog {
    Q_OBJECT

  public:
    /// The session outlives the dialog.
    explicit CameraDialog(CameraSession& cameras, QWidget* parent = nullptr);
    ~CameraDialog() override;

  private:
    void fillCameras();
    void start();
    void capture();
    void showState();
    void setStatus(const QString& text, const char* role);

    CameraSession& cameras_;
    QComboBox* box_;
    QLabel* boxLabel_;
    CameraPreview* preview_;
    QLabel* status_;
    QPushButton* again_;
    QPushButton* cancel_;
    QPushButton* capture_;
};

}  // namespace mantissa::ui
