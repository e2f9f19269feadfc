"""Floor 0: the shapes that everything else speaks. Nothing here knows a rule of Azure's."""
