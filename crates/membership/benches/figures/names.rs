//! What people are called: the common first, as they are in a town.

/// First names.
pub(crate) const FIRST: &str = "\
Maria Anna John Mohammed Elena Michael Sophie David Martin Laura James Andrea Thomas Julia Daniel Sara Peter Marta Carlos \
Nina Robert Eva Ali Katharina Paul Lucia Mark Hannah Ivan Emma Jan Olga Christian Yuki Ahmed Marie Alexander Ana Stefan \
Sandra Joseph Ines Luca Johanna Omar Petra Tom Irina Kevin Claudia Simon Fatima Andreas Monika Lukas Amelia Antonio Karin \
Hiroshi Margaret Jonas Susanne Felix Chiara Oliver Birgit Rafael Ingrid Samuel Agnieszka Max Emily Miguel Brigitte Leon \
Charlotte William Zeynep Erik Helena Francesco Priya Oscar Natalia Henrik Teresa Pedro Mei Adam Veronika Mateusz Isabel \
Jürgen Alice Viktor Leila Björn Camille Tariq Greta Matthias Rosa Dmitri Yasmin Philipp Silvia Noah Astrid Nikolai Paula \
Sebastian Aisha Patrick Beatriz Marco Renate Hans Valeria Jakub Frida George Ursula Emil Carmen Anton Nadia Gabriel Linnea \
Bruno Jasmine Arjun Elisabeth Tomáš Mónica Kenji Agnes Ricardo Lena Søren Manuela Julien Tatiana Edward Sabine Fernando \
Xiu Benjamin Victoria Rashid Carla Aleksander Doris Hugo Milena Walter Amina Konrad Gloria Vincent Lara Jorge Annika Ole \
Sakura Dennis Barbara Raj Marina Frank Iris Jens Theresa Kofi Olivia Leonardo Wilma Mikael Chloé Gustav Noor Arthur Zofia \
Timothy Heidi Rui Kaori Bernd Esther Igor Rebecca Otto Dorothea";

/// Family names.
pub(crate) const LAST: &str = "\
Smith Müller Garcia Johnson Nguyen Kowalski Rossi Martin Ivanov Jensen Kumar Schmidt Silva Andersson Novak Wang Brown \
Hernandez Bernard Tanaka Schneider Jones Popescu Larsen Fernandez Khan Weber Costa Johansson Horvath Lee Williams Lopez \
Dubois Suzuki Fischer Santos Hansen Petrov Ahmed Meyer Davis Martinez Moreau Sato Wagner Ferreira Nilsson Dvorak Zhang \
Miller Gonzalez Laurent Watanabe Becker Oliveira Olsen Wisniewski Patel Schulz Wilson Rodriguez Lefebvre Ito Hoffmann \
Pereira Karlsson Nagy Li Moore Perez Michel Yamamoto Koch Almeida Eriksson Svoboda Chen Bauer Taylor Sanchez Durand \
Nakamura Richter Ribeiro Persson Szabo Singh Klein Anderson Ramirez Simon Kobayashi Wolf Carvalho Svensson Kaminski Liu \
Schröder Thomas Torres Fontaine Kato Neumann Gomes Gustafsson Toth Sharma Schwarz Jackson Flores Rousseau Yoshida \
Zimmermann Lopes Pettersson Kovacs Yang Braun White Rivera Vincent Yamada Krüger Marques Jonsson Lewandowski Huang Hofmann \
Harris Gomez Faure Sasaki Hartmann Soares Jansson Varga Zhao Lange Clark Diaz Mercier Yamaguchi Werner Fernandes Hansson \
Zielinski Wu Schmitt Lewis Cruz Blanc Matsumoto Krause Goncalves Bengtsson Balogh Zhou Lehmann Robinson Reyes Guerin Inoue \
Schmid Vieira Jonasson Wojcik Xu Schulze Walker Morales Boyer Kimura Maier Monteiro Lindberg Farkas Sun Köhler Hall \
Gutierrez Garnier Hayashi Herrmann Cardoso Jakobsson Kozlowski Ma König Young Ortiz Chevalier Shimizu Walter Rocha Magnusson \
Papp Zhu Mayer King Ramos Francois Saito Huber Raposo Olofsson Jankowski Hu Kaiser Wright Ruiz Legrand Abe Fuchs Coelho \
Lindström Lakatos Guo Peters Scott Alvarez Gauthier Ikeda Lang Cunha Lindqvist Mazur He Scholz Green Mendoza Perrin \
Hashimoto Möller Pires Axelsson Juhasz Lin Weiss Baker Vasquez Morin Ishikawa Jung Teixeira Berg Krawczyk Gao Hahn Adams \
Castillo Robin Mori Schubert Moreira Lundgren Takacs Luo Vogel Nelson Jimenez Clement Maeda Friedrich Correia Fredriksson \
Zajac Zheng Keller Hill Moreno Gerard Fujita Günther Nunes Sandberg Olah Liang Frank Campbell Romero Nicolas Okada Berger \
Mendes Wallin Krol Xie Winkler Mitchell Herrera Henry Goto Roth Freitas Bergström Meszaros Song Beck Roberts Medina \
Roussel Hasegawa Lorenz Cardozo Sjöberg Wieczorek Tang Baumann O’Brien MacDonald al-Rashid";

/// Nobody is called so but those who are looked for.
pub(crate) const RARE: [&str; 2] = ["Zebedee", "Quackenbush"];
