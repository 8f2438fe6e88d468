def load(path)
  read(path) rescue nil
end
