;;; What each command of editors/emacs shows on the example, printed as one JSON object.  -*- lexical-binding: t; -*-
;; A step that does not come ends the run with its name.

(require 'json)
(require 'pprof-lens)

(defvar told nil)
(defvar seen nil)
(advice-add 'message :before (lambda (text &rest rest) (when text (push (apply #'format text rest) told))))

(defun await (what holds)
  (let ((deadline (+ (float-time) 60)) it)
    (while (not (setq it (funcall holds)))
      (when (> (float-time) deadline)
        (princ (format "%s did not come; told: %S\n" what told) #'external-debugging-output)
        (kill-emacs 1))
      (accept-process-output nil 0.02))
    it))

(defun see (name value) (push (cons name value) seen))

(defun shown (kind property)
  "What stands at the lines of this buffer, by KIND and PROPERTY of the overlay."
  (sort (mapcar (lambda (it) (format "%02d: %s" (line-number-at-pos (overlay-start it)) (string-trim (substring-no-properties (overlay-get it property)))))
                (seq-filter (lambda (it) (eq (overlay-get it 'pprof-lens) kind)) (overlays-in (point-min) (point-max))))
        #'string<))

(defun figures () (shown 'figure 'after-string))
(defun shows (line) (lambda () (member line (figures))))

(find-file "internal/cache/cache.go")
(defvar code (current-buffer))
(pprof-lens-mode 1)
(pprof-lens-load "profiles/heap.pprof")
(await "figures" (shows "49: 21.53MB 40.67%"))
(see 'figures (figures))
(await "a lens" (lambda () (shown 'lens 'before-string)))
(see 'lenses (shown 'lens 'before-string))
(see 'findings (mapcar #'flymake-diagnostic-text (await "a finding" #'flymake-diagnostics)))

(pprof-lens-sample-type "inuse_objects")
(await "the other sample type" (lambda () (not (funcall (shows "49: 21.53MB 40.67%")))))
(pprof-lens-sample-type "inuse_space")
(await "the first sample type" (shows "49: 21.53MB 40.67%"))

(goto-char (point-min))
(insert "\n\n")
(pprof-lens--tell-text)
(await "figures that followed" (shows "51: 21.53MB 40.67%"))
(set-buffer-modified-p nil)

(goto-char (point-min))
(search-forward "history:  make")
(pprof-lens-call-tree)
(await "the call tree" (lambda () (get-buffer "call-tree.txt")))
(await "its text" (lambda () (with-current-buffer "call-tree.txt" (> (buffer-size) 0))))
(see 'tree (with-current-buffer "call-tree.txt" (seq-subseq (split-string (buffer-string) "\n") 2 4)))

(set-buffer code)
(pprof-lens-top)
(see 'top (with-current-buffer "*pprof-lens top*" (string-trim (buffer-substring-no-properties (point-min) (line-end-position)))))
(with-current-buffer "*pprof-lens top*" (goto-char (point-min)) (forward-button 1) (push-button))
(see 'led (format "%s:%d" (file-name-nondirectory buffer-file-name) (line-number-at-pos)))

(set-buffer code)
(let* (opened (browse-url-browser-function (lambda (uri &rest _) (setq opened uri))))
  (pprof-lens-web)
  (see 'page (with-temp-buffer
               (insert-file-contents (pprof-lens--path (await "the page" (lambda () opened))))
               (re-search-forward "<title>\\(.*?\\)</title>")
               (match-string 1))))

(set-buffer code)
(see 'refused (condition-case failure (pprof-lens-load "nowhere.pprof") (user-error (cadr failure))))
(pprof-lens-compare "profiles/series/heap-1.pprof")
(await "the difference" (lambda () (seq-find (lambda (it) (string-match-p "51: \\+" it)) (figures))))
(see 'compared (figures))
(pprof-lens-clear)
(await "nothing" (lambda () (null (figures))))

(princ (json-encode seen))
(kill-emacs 0)
