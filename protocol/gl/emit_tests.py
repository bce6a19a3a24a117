def emit(folder, commands, count):
    pass
