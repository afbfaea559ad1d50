;;; pprof-lens.el --- Go pprof profiles on the code  -*- lexical-binding: t; -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1"))
;; Keywords: tools, languages
;; SPDX-License-Identifier: MIT

;;; Commentary:

;; `pprof-lens-mode' in a Go buffer shows figures at the end of lines, a line of figures above each function, and
;; findings through Flymake.  `pprof-lens-load' loads a profile.  The server is asked over a connection of its own, so
;; Eglot or lsp-mode have gopls beside it.  Asks, lists and shows; knows nothing of profiles.
;;
;;   (add-to-list 'load-path "…/editors/emacs")
;;   (require 'pprof-lens)
;;   (add-hook 'go-mode-hook #'pprof-lens-mode)

;;; Code:

(require 'cl-lib)
(require 'flymake)
(require 'jsonrpc)
(require 'project)
(require 'url-util)

(defgroup pprof-lens nil "Go pprof profiles on the code." :group 'tools)

(defcustom pprof-lens-command '("pprof-lens" "lsp") "The program of the server with its arguments." :type '(repeat string))

(defcustom pprof-lens-settings nil
  "Settings of the server without their prefix, as (:profile \"heap.pprof\")."
  :type 'plist)

(defface pprof-lens-figure '((t :inherit shadow)) "Figures at the end of lines.")
(defface pprof-lens-lens '((t :inherit (shadow italic))) "Figures above functions.")

(defvar pprof-lens--servers (make-hash-table :test 'equal) "The connection of each project, by its folder.")
(defvar-local pprof-lens--version 0)
(defvar-local pprof-lens--idle nil)
(defvar-local pprof-lens--report nil "What Flymake wants to be told.")
(defvar-local pprof-lens--findings nil)

;;;###autoload
(define-minor-mode pprof-lens-mode
  "Figures of the loaded profile in this buffer."
  :lighter " Pprof"
  (if pprof-lens-mode (pprof-lens--open) (pprof-lens--close)))

;;;###autoload
(defun pprof-lens-load (source)
  "Show the profile SOURCE, a file or an address; the workspace's are offered."
  (interactive (list (pprof-lens--pick "Profile: ")))
  (pprof-lens--tell-loaded (pprof-lens--run "load" (list :source (pprof-lens--source source)))))

(defun pprof-lens-compare (base)
  "Show the loaded profile less the profile BASE."
  (interactive (list (pprof-lens--pick "Compare with: ")))
  (let ((status (pprof-lens--run "status")))
    (unless (plist-get status :profile) (user-error "Load a profile first"))
    (pprof-lens--tell-loaded
     (pprof-lens--run "load" (list :source (plist-get status :paths) :base (pprof-lens--source base))))))

(defun pprof-lens-sample-type (type)
  "Show the sample type TYPE of the loaded profile."
  (interactive (list (completing-read "Sample type: " (pprof-lens--sample-types) nil t)))
  (pprof-lens--tell-loaded (pprof-lens--run "selectSampleType" (list :type type))))

(defun pprof-lens-call-tree ()
  "Show what calls the line at point, and what it calls."
  (interactive)
  (pprof-lens--run "showCallTree" (list :uri (pprof-lens--uri buffer-file-name) :line (1- (line-number-at-pos nil t)))))

(defun pprof-lens-top (&optional by-cum)
  "List the functions that cost most by flat, or with a prefix BY-CUM by cum."
  (interactive "P")
  (let ((rows (plist-get (pprof-lens--run "top" (list :by (if by-cum "cum" "flat") :limit 200)) :rows)))
    (with-current-buffer (get-buffer-create "*pprof-lens top*")
      (let ((inhibit-read-only t))
        (erase-buffer)
        (seq-do #'pprof-lens--insert-row rows)
        (goto-char (point-min)))
      (special-mode)
      (pop-to-buffer (current-buffer)))))

(defun pprof-lens-web (&optional file)
  "Show a page of what is loaded in the browser, or with a prefix of FILE."
  (interactive (list (and current-prefix-arg (pprof-lens--pick "Profile: "))))
  (pprof-lens--run "showPage" (and file (list :source (pprof-lens--source file)))))

(defun pprof-lens-watch (address)
  "Watch the program at ADDRESS for leaks."
  (interactive (list (read-string "Address of the program: " "http://localhost:6060")))
  (pprof-lens--run "watch" (list :url address)))

(defun pprof-lens-unwatch ()
  "Watch no more; the last figures stay."
  (interactive)
  (pprof-lens--run "unwatch"))

(defun pprof-lens-clear ()
  "Show no profile."
  (interactive)
  (pprof-lens--run "clear")
  (pprof-lens--refresh-all))

;;; What is asked

(defun pprof-lens--run (command &optional argument)
  "What COMMAND of the server answers to the plist ARGUMENT.
What fails is an error in the server's sentence."
  (let ((asked (list :command (concat "pprofLens.server." command) :arguments (vector (or argument (make-hash-table))))))
    (condition-case failure
        (jsonrpc-request (pprof-lens--server) :workspace/executeCommand asked :timeout 120)
      (jsonrpc-error (user-error "%s" (or (alist-get 'jsonrpc-error-message (cdr failure)) (cadr failure)))))))

(defun pprof-lens--pick (prompt)
  "A profile of the workspace or any file or address that is typed after PROMPT."
  (let* ((found (plist-get (pprof-lens--run "profiles") :profiles))
         (row (lambda (it) (cons (plist-get it :name) it)))
         (rows (mapcar row found))
         (told (lambda (name)
                 (let ((it (cdr (assoc name rows))))
                   (format "  %s %s %s" (plist-get it :kind) (plist-get it :sampleType) (plist-get it :total)))))
         (completion-extra-properties (list :annotation-function told))
         (chosen (completing-read prompt (mapcar #'car rows))))
    (or (plist-get (cdr (assoc chosen rows)) :path) chosen)))

(defun pprof-lens--source (source)
  "SOURCE as the server takes it; what is not here it looks for in the workspace."
  (if (file-exists-p source) (expand-file-name source) source))

(defun pprof-lens--sample-types ()
  (let ((profile (plist-get (pprof-lens--run "status") :profile)))
    (unless profile (user-error "Load a profile first"))
    (mapcar (lambda (it) (plist-get it :type)) (plist-get profile :sample_types))))

(defun pprof-lens--tell-loaded (answer)
  (pprof-lens--refresh-all)
  (let ((profile (plist-get answer :profile)) (files (plist-get answer :files)))
    (message "Pprof Lens: %s, %s, %d of %d files" (plist-get profile :kind) (plist-get (plist-get profile :sample_type) :type)
             (plist-get files :resolved) (plist-get files :total))))

(defun pprof-lens--insert-row (row)
  "Insert a ROW of the top, which leads to its function."
  (let ((uri (plist-get row :uri)) (line (plist-get row :line)))
    (insert (format "%10s %7s  " (plist-get row :label) (plist-get row :percent)))
    (if (not uri)
        (insert (plist-get row :function))
      (insert-text-button (plist-get row :function) 'action
                          (lambda (_) (find-file-other-window (pprof-lens--path uri)) (goto-char (point-min)) (forward-line line))))
    (insert "\n")))

;;; What is shown

(defun pprof-lens--refresh-all ()
  (dolist (buffer (buffer-list))
    (with-current-buffer buffer
      (when pprof-lens-mode (pprof-lens--refresh)))))

(defun pprof-lens--refresh ()
  "Ask for what is shown in this buffer, and show it once it comes."
  (let* ((buffer (current-buffer))
         (version pprof-lens--version)
         (document (list :uri (pprof-lens--uri buffer-file-name)))
         (whole (list :start '(:line 0 :character 0) :end '(:line 1000000 :character 0)))
         (ask (lambda (method params kind draw)
                (jsonrpc-async-request
                 (pprof-lens--server) method params
                 :success-fn (lambda (found)
                               (when (and (buffer-live-p buffer) (= version (buffer-local-value 'pprof-lens--version buffer)))
                                 (with-current-buffer buffer
                                   (remove-overlays nil nil 'pprof-lens kind)
                                   (save-restriction (widen) (save-excursion (seq-do draw found))))))
                 :error-fn #'ignore :timeout-fn #'ignore))))
    (funcall ask :textDocument/inlayHint (list :textDocument document :range whole) 'figure #'pprof-lens--draw-figure)
    (funcall ask :textDocument/codeLens (list :textDocument document) 'lens #'pprof-lens--draw-lens)))

(defun pprof-lens--draw-figure (hint)
  (pprof-lens--go-to (plist-get (plist-get hint :position) :line))
  (let* ((label (plist-get hint :label))
         (text (if (stringp label) label (mapconcat (lambda (part) (plist-get part :value)) label "")))
         (overlay (make-overlay (line-end-position) (line-end-position))))
    (overlay-put overlay 'pprof-lens 'figure)
    (overlay-put overlay 'after-string (concat "  " (propertize text 'face 'pprof-lens-figure 'cursor t)))))

(defun pprof-lens--draw-lens (lens)
  (pprof-lens--go-to (plist-get (plist-get (plist-get lens :range) :start) :line))
  (let ((overlay (make-overlay (point) (point))))
    (overlay-put overlay 'pprof-lens 'lens)
    (overlay-put overlay 'before-string (propertize (concat (plist-get (plist-get lens :command) :title) "\n") 'face 'pprof-lens-lens))))

(defun pprof-lens--go-to (line)
  (goto-char (point-min))
  (forward-line line))

(defun pprof-lens--flymake (report &rest _)
  "Tell Flymake by REPORT what was found in this buffer."
  (setq pprof-lens--report report)
  (funcall report (mapcar #'pprof-lens--diagnostic pprof-lens--findings)))

(defun pprof-lens--diagnostic (it)
  (save-restriction
    (widen)
    (save-excursion
      (pprof-lens--go-to (plist-get (plist-get (plist-get it :range) :start) :line))
      (flymake-make-diagnostic (current-buffer) (progn (back-to-indentation) (point)) (line-end-position)
                               (if (<= (or (plist-get it :severity) 3) 2) :warning :note) (plist-get it :message)))))

;;; The server and its files

(defun pprof-lens--open ()
  (unless buffer-file-name (user-error "A buffer without a file has no figures"))
  (add-hook 'after-change-functions #'pprof-lens--changed nil t)
  (add-hook 'kill-buffer-hook #'pprof-lens--close nil t)
  (remove-hook 'flymake-diagnostic-functions 'flymake-proc-legacy-flymake t)
  (add-hook 'flymake-diagnostic-functions #'pprof-lens--flymake nil t)
  (flymake-mode 1)
  (jsonrpc-notify (pprof-lens--server) :textDocument/didOpen
                  (list :textDocument (list :uri (pprof-lens--uri buffer-file-name) :languageId "go" :version pprof-lens--version
                                            :text (pprof-lens--text))))
  (pprof-lens--refresh))

(defun pprof-lens--close ()
  (remove-hook 'after-change-functions #'pprof-lens--changed t)
  (remove-hook 'flymake-diagnostic-functions #'pprof-lens--flymake t)
  (remove-overlays nil nil 'pprof-lens 'figure)
  (remove-overlays nil nil 'pprof-lens 'lens)
  (let ((server (gethash (pprof-lens--root) pprof-lens--servers)))
    (when (and server (jsonrpc-running-p server))
      (jsonrpc-notify server :textDocument/didClose (list :textDocument (list :uri (pprof-lens--uri buffer-file-name)))))))

(defun pprof-lens--changed (&rest _)
  "Tell the server the text once nobody types."
  (setq pprof-lens--version (1+ pprof-lens--version))
  (when pprof-lens--idle (cancel-timer pprof-lens--idle))
  (let ((buffer (current-buffer)))
    (setq pprof-lens--idle (run-with-idle-timer 0.3 nil (lambda () (when (buffer-live-p buffer) (with-current-buffer buffer (pprof-lens--tell-text))))))))

(defun pprof-lens--tell-text ()
  (jsonrpc-notify (pprof-lens--server) :textDocument/didChange
                  (list :textDocument (list :uri (pprof-lens--uri buffer-file-name) :version pprof-lens--version)
                        :contentChanges (vector (list :text (pprof-lens--text)))))
  (pprof-lens--refresh))

(defun pprof-lens--text ()
  (save-restriction (widen) (buffer-substring-no-properties (point-min) (point-max))))

(defun pprof-lens--root ()
  (let ((project (project-current)))
    (expand-file-name (or (locate-dominating-file default-directory "go.work") (locate-dominating-file default-directory "go.mod")
                          (if project (project-root project) default-directory)))))

(defun pprof-lens--server ()
  "The connection of this buffer's project, started where there is none."
  (let* ((root (pprof-lens--root)) (server (gethash root pprof-lens--servers)))
    (if (and server (jsonrpc-running-p server))
        server
      (puthash root (pprof-lens--start root) pprof-lens--servers))))

(defun pprof-lens--start (root)
  (let* ((default-directory root)
         (uri (pprof-lens--uri root))
         (server (make-instance
                  'jsonrpc-process-connection :name "pprof-lens"
                  :process (lambda ()
                             (make-process :name "pprof-lens" :command pprof-lens-command :connection-type 'pipe :coding 'utf-8-emacs-unix
                                           :noquery t :stderr (get-buffer-create " *pprof-lens log*")))
                  :notification-dispatcher #'pprof-lens--hear :request-dispatcher #'pprof-lens--answer)))
    (jsonrpc-request
     server :initialize
     (list :processId (emacs-pid) :rootUri uri :workspaceFolders (vector (list :uri uri :name (file-name-nondirectory (directory-file-name root))))
           :initializationOptions (if pprof-lens-settings (list :settings pprof-lens-settings) (make-hash-table))
           :capabilities '(:window (:showDocument (:support t))
                           :workspace (:inlayHint (:refreshSupport t) :codeLens (:refreshSupport t))))
     :timeout 30)
    (jsonrpc-notify server :initialized (make-hash-table))
    server))

(defun pprof-lens--hear (_server method params)
  (pcase method
    ('window/showMessage (message "Pprof Lens: %s" (plist-get params :message)))
    ('textDocument/publishDiagnostics
     (let ((buffer (find-buffer-visiting (pprof-lens--path (plist-get params :uri)))))
       (when buffer
         (with-current-buffer buffer
           (setq pprof-lens--findings (append (plist-get params :diagnostics) nil))
           (when pprof-lens--report (pprof-lens--flymake pprof-lens--report))))))))

(defun pprof-lens--answer (_server method params)
  (pcase method
    ('window/showDocument (pprof-lens--show params) '(:success t))
    ((or 'workspace/inlayHint/refresh 'workspace/codeLens/refresh) (run-with-timer 0 nil #'pprof-lens--refresh-all) nil)
    ('workspace/configuration (make-vector (length (plist-get params :items)) nil))))

(defun pprof-lens--show (params)
  "Show the document of PARAMS: a page in the browser, a text beside the code."
  (let ((uri (plist-get params :uri)))
    (run-with-timer 0 nil (if (eq (plist-get params :external) t)
                              (lambda () (browse-url uri))
                            (lambda () (find-file-other-window (pprof-lens--path uri)) (revert-buffer t t) (view-mode 1))))))

(defun pprof-lens--uri (path)
  (concat "file://" (url-hexify-string (file-truename path) url-path-allowed-chars)))

(defun pprof-lens--path (uri)
  (url-unhex-string (string-remove-prefix "file://" uri)))

(provide 'pprof-lens)
;;; pprof-lens.el ends here
