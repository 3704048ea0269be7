"""What all records share: reading one, changing one, who may do so, its history, its checks, and what finds it."""
