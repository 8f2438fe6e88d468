UPDATE settings SET value = 'on' WHERE key = 'mail';
